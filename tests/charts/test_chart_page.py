"""The page of a chart without a browser: its policy, what it names, its bytes, names that try to break out."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_pictures import HOSTILE, hostile_picture, made_picture

from harmnet.charts import library
from harmnet.charts.library import cytoscape
from harmnet.charts.page import as_data, write_page
from harmnet.errors import HarmnetError
from harmnet.snapshots.recipe import code_zip, package_files

LIBRARY = "/* the library */ window.cytoscape = null;"


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text inside of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._inside = tag in ("script", "style")
        if self._inside:
            self.texts.append("")

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.texts[-1] += data

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def page():
    return write_page(made_picture(16, 12, seed=1), LIBRARY)


def test_the_policy_allows_the_very_scripts_and_style_of_the_page_and_nothing_else(page):
    elements = Elements(page)
    (policy,) = [meta["content"] for meta in elements.named("meta") if "http-equiv" in meta]
    texts = dict(zip(["style", "data", "library", "own"], elements.texts, strict=True))

    def hashed(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert policy == (
        f"default-src 'none'; script-src {hashed(texts['library'])} {hashed(texts['own'])}; "
        f"style-src {hashed(texts['style'])}; base-uri 'none'; form-action 'none'"
    )
    assert texts["library"] == LIBRARY


def test_the_page_loads_nothing_and_has_no_style_or_script_that_the_policy_would_stop(page):
    elements = Elements(page)
    loading = {"src", "href", "srcset", "action", "formaction", "poster", "background", "ping"}
    for tag, attributes in elements.found:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "a", "form")
        assert not loading & set(attributes), (tag, attributes)
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert len(elements.named("style")) == 1
    # The one address in the page is the name of a kind of element, not a place.
    assert set(re.findall(r"\w+://[^\s\"'<>]*", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\(|@import", page)


def test_the_style_stands_where_the_library_looks_before_it_adds_one_of_its_own(page):
    assert Elements(page).named("style") == [{"id": "__________cytoscape_stylesheet"}]
    assert ".__________cytoscape_container { position: relative; }" in page


def digest_in_another_python(**env):
    """SHA-256 of the page as a Python of its own writes it."""
    told = (
        "from made_pictures import made_picture; from harmnet.charts.page import write_page; import hashlib;"
        f"print(hashlib.sha256(write_page(made_picture(16, 12, seed=1), {LIBRARY!r}).encode()).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", told], env=os.environ | env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("order", ["1", "2"])
def test_the_same_picture_gives_the_same_bytes_whatever_order_python_keeps_sets_in(page, order):
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    found = digest_in_another_python(PYTHONHASHSEED=order, PYTHONPATH=path)
    assert found == hashlib.sha256(page.encode()).hexdigest()


def test_the_page_is_the_same_from_a_zip_of_the_package(page, tmp_path):
    archive = tmp_path / "harmnet.zip"
    archive.write_bytes(code_zip(package_files()))
    found = digest_in_another_python(PYTHONPATH=os.pathsep.join([str(archive), str(Path(__file__).parent)]))
    assert found == hashlib.sha256(page.encode()).hexdigest()


def test_the_page_says_what_it_is(page):
    shown = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    for said in (
        *("20260630-01234567", "2026-06-30", "county_lines", "county_lines-0123456789abcdef", "C A3 S1"),
        *("decision support, not evidence", "ties between two people around the network"),
        *(library.NAME, library.VERSION, library.LICENCE),
    ):
        assert said in shown


def test_every_person_and_tie_has_a_row_for_those_who_do_not_see_the_drawing(page):
    picture = made_picture(16, 12, seed=1)
    buttons = Elements(page).named("button")
    assert [int(each["data-person"]) for each in buttons if "data-person" in each] == list(range(len(picture.people)))
    ties = [picture.ties[int(each["data-tie"])].weight_micro for each in buttons if "data-tie" in each]
    assert len(ties) == len(picture.ties)
    assert ties == sorted(ties, reverse=True)
    assert page.count("safeguarding first</span>") == sum(person.facts.is_child is True for person in picture.people)


def test_names_cannot_leave_the_place_they_are_shown_in(page):
    hostile = write_page(hostile_picture(), LIBRARY)
    plain, told = Elements(page), Elements(hostile)
    assert {tag for tag, _ in told.found} == {tag for tag, _ in plain.found}
    assert len(told.named("script")) == len(plain.named("script")) == 3
    data = json.loads(told.texts[1])
    assert tuple(person["name"] for person in data["people"]) == HOSTILE


def test_data_holds_no_sign_that_could_end_or_open_an_element():
    text = as_data(list(HOSTILE))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == list(HOSTILE)


def test_a_missing_library_is_one_line_that_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setenv("HARMNET_WEB_JARS", str(tmp_path))
    with pytest.raises(HarmnetError, match=r"Cytoscape\.js 3\.33\.1 is not in .* run `make setup`") as raised:
        cytoscape()
    assert len(raised.value.problems) == 1


def test_a_library_that_would_end_its_own_element_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("HARMNET_WEB_JARS", str(tmp_path))
    with zipfile.ZipFile(tmp_path / f"cytoscape-{library.VERSION}.jar", "w") as jar:
        inside = f"META-INF/resources/webjars/cytoscape/{library.VERSION}/dist/cytoscape.min.js"
        jar.writestr(inside, "'</SCRIPT>'")
    with pytest.raises(HarmnetError, match="would end its own element"):
        cytoscape()


def test_the_version_drawn_with_is_the_one_set_up_fetches():
    conf = library.web_jars_dir().parents[1] / "conf" / "jars"
    assert f"web/cytoscape-{library.VERSION}.jar" in (conf / "SHA256SUMS").read_text()
    assert f"<version>{library.VERSION}</version>" in (conf / "pom.xml").read_text()
