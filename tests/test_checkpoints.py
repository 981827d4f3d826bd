"""What localCheckpoint kept is let go of: one frame, and all of a block."""

import pytest

from harmnet.checkpoints import let_go, none_left


def kept(spark):
    return set(spark._jsc.getPersistentRDDs())


def keep_and_fail(spark):
    with none_left(spark):
        spark.range(7).localCheckpoint()
        raise ValueError("stop")


def test_a_frame_is_let_go_of_and_no_other(spark):
    before = kept(spark)
    one, other = spark.range(3).localCheckpoint(), spark.range(4).localCheckpoint()
    assert len(kept(spark) - before) == 2
    let_go(one)
    assert len(kept(spark) - before) == 1
    assert other.count() == 4


def test_nothing_of_a_block_is_left_and_what_was_there_stays(spark):
    there = spark.range(5).localCheckpoint()
    before = kept(spark)
    with none_left(spark):
        spark.range(6).localCheckpoint()
    with pytest.raises(ValueError, match="stop"):
        keep_and_fail(spark)
    assert kept(spark) == before
    assert there.count() == 5
