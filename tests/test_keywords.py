"""Keywords in free text: whole words in any case, and nothing of the text left."""

import re

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from harmnet.keywords import find_words, with_words
from typed_rows import SHIPPED, by_column, frame_of

WORDS = ("county line", "county lines", "ocg", "trap house", "runner for")


def found(*texts):
    return find_words(pa.array(texts, pa.string()), WORDS)


def test_whole_words_are_found_in_any_case_and_across_any_white_space():
    assert found("the County\n  LINES", "An OCG's trap  house.", "ocg", "(ocg)") == [
        ["county lines"],
        ["ocg", "trap house"],
        ["ocg"],
        ["ocg"],
    ]


def test_parts_of_words_and_words_apart_are_not_found():
    assert (
        found("ocgs", "cocg", "trap houses", "county-lines", "county and lines", "runner four", "", None) == [None] * 8
    )


def test_a_phrase_within_a_longer_one_is_found_only_where_it_stands_by_itself():
    assert found("county line and county lines", "county lines") == [["county line", "county lines"], ["county lines"]]


def test_a_keyword_is_text_and_no_pattern():
    assert find_words(pa.array(["a.c", "abc", "a+c"]), ["a.c"]) == [["a.c"], None, None]


def test_without_keywords_nothing_is_found():
    assert find_words(pa.array(["ocg", None], pa.string()), []) == [None, None]


pieces = st.sampled_from(
    ["county", "COUNTY", "line", "lines", "Ocg", "ocgs", "trap", "house", "runner", "for", "x", "1"]
)
gaps = st.sampled_from([" ", "  ", "\n", "-", ", ", "_", ""])


@given(st.lists(st.lists(st.tuples(pieces, gaps)), max_size=5))
def test_what_is_found_is_what_a_search_word_by_word_finds(texts):
    texts = ["".join(piece + gap for piece, gap in text) for text in texts]
    patterns = {word: re.compile(r"\b" + word.replace(" ", r"\s+") + r"\b", re.IGNORECASE) for word in WORDS}
    expected = [[word for word in WORDS if patterns[word].search(text)] or None for text in texts]
    assert found(*texts) == expected


def test_the_text_is_dropped_and_the_words_stand_in_its_place_in_order(spark):
    columns = {"ref": "string", "mo_text": "string", "detail": "string"}
    rows = [
        {"ref": "both", "mo_text": "machete", "detail": "Cuckooing, OCG"},
        {"ref": "none", "mo_text": "machetes"},
        {"ref": "empty"},
    ]
    words = [word for word in reversed(SHIPPED.themes.every_word()) if word in ("ocg", "machete", "cuckooing")]
    assert words == ["ocg", "machete", "cuckooing"]
    read = with_words(frame_of(spark, columns, rows), ["mo_text", "detail"], words)
    assert read.columns == ["ref", "words"]
    assert by_column(read, "ref", "words") == {"both": ["cuckooing", "machete", "ocg"], "none": None, "empty": None}
