"""Charts in a real browser: they draw, answer to mouse and keys, and neither load, send nor break their own policy."""

import os
from pathlib import Path

import pytest
from browser import Browser
from made_pictures import HOSTILE, hostile_picture, made_picture

from harmnet.charts.library import cytoscape
from harmnet.charts.page import write_page

pytestmark = pytest.mark.browser
DRAWN = "document.documentElement.dataset.drawn"


def opened(folder: Path, picture) -> Browser:
    file = folder / "chart.html"
    file.write_text(write_page(picture, cytoscape()), encoding="utf-8")
    browser = Browser(folder / "profile")
    browser.open(file, ready=DRAWN)
    return browser


def keep(browser: Browser, name: str) -> bytes:
    """The screenshot; kept in the folder HARMNET_SCREENSHOTS where that is set, for people to look at."""
    picture = browser.screenshot()
    folder = os.environ.get("HARMNET_SCREENSHOTS")
    if folder:
        Path(folder, f"{name}.png").write_bytes(picture)
    return picture


def text(browser: Browser) -> str:
    return browser.run("document.getElementById('panel').innerText")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A network of 16 with 12 people around it; read only."""
    with opened(tmp_path_factory.mktemp("small"), made_picture(16, 12, seed=1)) as browser:
        yield browser


def test_everyone_and_every_tie_is_drawn_and_nothing_is_loaded_or_complained_of(small):
    picture = made_picture(16, 12, seed=1)
    assert small.run(DRAWN) == f"28 people, {len(picture.ties)} ties"
    keep(small, "chart-small")
    assert [url for url in small.requests if not url.startswith(("file:", "about:"))] == []
    assert len([url for url in small.requests if url.startswith("file:")]) == 1
    assert small.complaints == []


def test_the_stamp_on_the_drawing_says_what_it_is(small):
    stamp = small.run("document.getElementById('stamp').innerText")
    for said in ("20260630-01234567", "2026-06-30", "C A3 S1", "decision support, not evidence"):
        assert said in stamp


def test_a_click_on_a_person_shows_parts_that_add_up(small):
    place = next(at for at, person in enumerate(made_picture(16, 12, seed=1).people) if person.facts.parts)
    facts = made_picture(16, 12, seed=1).people[place].facts
    at = small.run(
        f"(() => {{ const p = cy.getElementById('p{place}').renderedPosition(), b = cy.container()"
        ".getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; })()"
    )
    small.click(*at)
    small.run("new Promise((done) => setTimeout(done, 600))")
    said = text(small)
    keep(small, "chart-small-person")
    assert facts.name in said
    assert f"{facts.score / 1e6:.6f}" in said
    for _, value in facts.parts:
        assert f"{value / 1e6:.6f}" in said
    small.press("Escape")
    assert "The network" in text(small)


def test_a_tie_chosen_in_the_table_shows_the_records_behind_it(small):
    tie = made_picture(16, 12, seed=1).ties[0]
    small.run("document.querySelector('[data-tie=\"0\"]').focus()")
    small.press("Enter")
    said = text(small)
    keep(small, "chart-small-tie")
    for record in tie.records:
        assert record.record_ref in said
        assert f"{record.weight_micro / 1e6:.6f}" in said
    assert f"{tie.weight_micro / 1e6:.6f}" in said


def test_in_a_small_network_all_but_a_few_names_have_room(small):
    small.press("Escape")
    small.run("document.querySelector('[data-zoom=fit]').click()")
    small.run("new Promise((done) => setTimeout(done, 600))")
    keep(small, "chart-small-names")
    assert int(small.run("document.getElementById('labels').dataset.shown")) >= 25


def test_children_are_named_first_and_marked(small):
    small.press("Escape")
    child = next(person for person in made_picture(16, 12, seed=1).people if person.facts.is_child)
    small.run(f"document.getElementById('search').value = '{child.nominal_id}'")
    small.run("document.getElementById('search').focus()")
    small.press("Enter")
    assert f"Child of {child.facts.age}: safeguarding first" in text(small)


def test_people_around_the_network_and_kinds_of_tie_can_be_hidden(small):
    visible = "cy.nodes().filter((node) => node.style('display') !== 'none').length"
    before = small.run(visible)
    small.run("document.getElementById('around').click()")
    assert (before, small.run(visible)) == (28, 16)
    small.run("document.getElementById('around').click()")
    harm = (
        "cy.edges().filter((edge) => edge.style('display') !== 'none' && "
        "data.ties[edge.data('at')].relation === 'HARM').length"
    )
    assert small.run(harm) > 0
    small.run("document.querySelector('[data-relation=HARM]').click()")
    assert small.run(harm) == 0
    small.run("document.querySelector('[data-relation=HARM]').click()")


def test_five_hundred_people_are_drawn_with_readable_names_that_do_not_cover_each_other(tmp_path):
    with opened(tmp_path, made_picture(500, 180, seed=1)) as browser:
        assert browser.run(DRAWN).startswith("680 people")
        keep(browser, "chart-500")
        far = browser.run("Number(document.getElementById('labels').dataset.shown)")
        browser.run("document.querySelector('[data-zoom=\"1.4\"]').click()")
        browser.run("cy.zoom({ level: 1, position: cy.nodes()[0].position() }); cy.center(cy.nodes()[0]); 0")
        browser.run("new Promise((done) => setTimeout(done, 600))")
        keep(browser, "chart-500-near")
        near = browser.run("Number(document.getElementById('labels').dataset.shown)")
        in_view = browser.run(
            "cy.nodes().filter((node) => { const p = node.renderedPosition(); return p.x > 60 && p.y > 60 && "
            "p.x < cy.width() - 60 && p.y < cy.height() - 80; }).length"
        )
        assert far > 30
        assert near > 0.8 * in_view
        assert browser.complaints == []


def test_a_name_is_text_wherever_it_is_shown(tmp_path):
    with opened(tmp_path, hostile_picture()) as browser:
        for place in range(len(HOSTILE)):
            browser.run(f"choosePerson({place})")
            assert HOSTILE[place] in browser.run("document.getElementById('panel').textContent")
        assert browser.run("document.querySelectorAll('img, iframe, object, link, base').length") == 0
        assert browser.run("typeof window.broken") == "undefined"
        assert browser.complaints == []


def test_the_policy_stops_any_script_or_style_that_is_not_the_pages_own(tmp_path):
    page = write_page(made_picture(6, 2, seed=2), cytoscape())
    added = "<script>window.broken = true</script><p style='color: red' onclick='1'>x</p></body>"
    file = tmp_path / "chart.html"
    file.write_text(page.replace("</body>", added), encoding="utf-8")
    with Browser(tmp_path / "profile") as browser:
        browser.open(file, ready=DRAWN)
        assert browser.run("typeof window.broken") == "undefined"
        assert sum("Content Security Policy" in line for line in browser.complaints) >= 2
