"""A baseline leaves out what its name says, for every tie and grade there is, and nothing else."""

from decimal import Decimal

import pytest

from evaluation import BASELINES, MODELS
from harmnet.config import load_settings

SHIPPED = load_settings()


@pytest.fixture(params=sorted(path.name for path in BASELINES.iterdir()))
def baseline(request):
    return request.param, load_settings(BASELINES / request.param)


def test_the_weight_models_are_the_shipped_one_and_the_baselines():
    assert set(MODELS) == {"shipped", *(path.name for path in BASELINES.iterdir())}


def test_ties_fade_unless_decay_is_left_out(baseline):
    name, settings = baseline
    fading = {tie: (of.half_life_days, of.max_age_days) for tie, of in settings.ties.items()}
    if name == "no_grades":
        assert fading == {tie: (of.half_life_days, of.max_age_days) for tie, of in SHIPPED.ties.items()}
    else:
        assert set(fading.values()) == {(None, None)}


def test_grades_count_unless_they_are_left_out(baseline):
    name, settings = baseline
    if name == "no_decay":
        assert settings.weights == SHIPPED.weights
        return
    for scheme, grades in settings.weights.grading.items():
        assert set(grades.source.values()) | set(grades.information.values()) == {1}
        assert set(grades.source) > set(SHIPPED.weights.grading[scheme].source)
        assert set(grades.information) > set(SHIPPED.weights.grading[scheme].information)


def test_only_unweighted_gives_every_tie_the_same_base_and_cuts_none(baseline):
    name, settings = baseline
    bases = {tie: {of.base, *(of.base_by_kind or {}).values()} for tie, of in settings.ties.items()}
    if name == "unweighted":
        assert set().union(*bases.values()) == {1}
        assert set(settings.weights.quality.model_dump().values()) == {1}
        assert settings.graph.min_weight == Decimal("0.000001")
    else:
        assert bases == {tie: {of.base, *(of.base_by_kind or {}).values()} for tie, of in SHIPPED.ties.items()}
        assert (settings.graph, settings.weights.quality) == (SHIPPED.graph, SHIPPED.weights.quality)


def test_a_baseline_changes_weights_and_nothing_else(baseline):
    _, settings = baseline
    for part in ("sources", "themes", "harm", "ranking", "areas"):
        assert getattr(settings, part) == getattr(SHIPPED, part)
