"""One tiny and one small force for all tests here."""

from __future__ import annotations

import pytest

from harmnet.synthetic import synthesise
from synthetic.reading import Force

SEED = 1


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Force:
    folder = tmp_path_factory.mktemp("forces") / "tiny"
    synthesise("tiny", SEED, folder)
    return Force(folder)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Force:
    folder = tmp_path_factory.mktemp("forces") / "small"
    synthesise("small", SEED, folder)
    return Force(folder)


@pytest.fixture(params=["tiny", "small"])
def force(request: pytest.FixtureRequest) -> Force:
    return request.getfixturevalue(request.param)
