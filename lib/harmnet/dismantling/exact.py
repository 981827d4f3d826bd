"""The least a plan can cost: an integer program whose rows are found as they are needed, solved with HiGHS.

x of a person is 1 when they are removed. Every connected set of more people than the goal allows has to be hit:

    minimise sum of cost x        sum over S of x >= 1        for each connected S of `small` + 1 people

(Oosten, Rutten and Spieksma, Disconnecting graphs by removing vertices, 2007). There are far too many such sets; those
that an answer misses are added until it misses none: first to the program without whole numbers, then to the whole one.
One HiGHS object keeps its basis, rows and best answer from round to round. Under the objective harm, y of a person is 1
when they are left in too large a component: sum over S of x + y(s) >= 1 for each s in S, and sum of harm y <= goal.

A person whose other ties all lead to people whom someone tied to them is tied to as well is removed only with that
someone, if that one costs no more: in any best answer the two can be swapped. It holds for connectivity alone.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd

import highspy
import numpy as np

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import METHODS
from harmnet.dismantling.methods.taking import split
from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import Pieces
from harmnet.dismantling.pruning import prune
from harmnet.graph.kernel import Array

_ROUNDS, _STALLED, _CLOSE = 200, 10, 1e-6


@dataclass(frozen=True)
class Exact:
    """A set of least cost, or the best known and what none can be below; costs in micro-units.

    `people` is None when everyone eligible does not reach the goal: then there is no bound either.
    """

    people: frozenset[int] | None
    cost: int | None
    bound: int | None
    proved: bool


def solve(network: Network, goal: Goal, *, known: Iterable[int], seconds: float) -> Exact:
    """The cheapest set of eligible people that reaches the goal. `known` is one that does, to begin with.

    The work ends after so many seconds: then the set is the best known and `bound` is below its cost.
    """
    eligible = np.flatnonzero(network.eligible).tolist()
    if not _reaches(network, goal, eligible):
        return Exact(None, None, None, True)
    candidates = [prune(network, goal, people) for people in (known, eligible) if _reaches(network, goal, people)]
    best = min(candidates, key=lambda people: (int(network.cost[list(people)].sum()), sorted(people)))
    program = _Program(network, goal, until=time.monotonic() + seconds)
    program.relax()
    best = program.close(best)
    cost = int(network.cost[list(best)].sum()) if best else 0
    bound = min(program.bound, cost)
    return Exact(frozenset(best), cost, bound, bound == cost)


def _reaches(network: Network, goal: Goal, removed: Iterable[int]) -> bool:
    pieces, gone = Pieces(network, goal.small), set(removed)
    for person in range(len(network)):
        if person not in gone:
            pieces.put_back(person)
    return goal.holds(pieces)


class _Program:
    """The rows so far, and the bound they prove."""

    def __init__(self, network: Network, goal: Goal, *, until: float) -> None:
        self.network, self.goal, self.until, self.bound = network, goal, until, 0
        self.unit = gcd(*network.cost.tolist())
        size = len(network)
        self.seeds = [person for person in range(size) if goal.objective == "connectivity" or network.harm[person] > 0]
        self.left = (
            {person: size + place for place, person in enumerate(self.seeds)} if goal.objective == "harm" else {}
        )
        self.rows: set[tuple[frozenset[int], int | None]] = set()
        self.highs = highspy.Highs()
        self.highs.silent()
        self.highs.setOptionValue("threads", 1)
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.setOptionValue("mip_abs_gap", 0.5)
        # The best answers come from the portfolio: HiGHS has to prove, not to look for more.
        self.highs.setOptionValue("mip_heuristic_effort", 0.0)
        for cost, free in zip((network.cost // self.unit).tolist(), network.eligible.tolist()):
            self.highs.addCol(float(cost), 0.0, float(free), 0, [], [])
        for _ in self.left:
            self.highs.addCol(0.0, 0.0, 1.0, 0, [], [])
        if self.left:
            harm = network.harm[self.seeds] / max(int(network.harm.max()), 1)
            most = goal.harm / max(int(network.harm.max()), 1)
            self._row(list(self.left.values()), harm.tolist(), -highspy.kHighsInf, most)
        else:
            self._swap_rows()

    def _row(self, columns: Sequence[int], values: Sequence[float], least: float, most: float) -> None:
        self.highs.addRow(least, most, len(columns), np.array(columns, np.int32), np.array(values, np.float64))

    def _swap_rows(self) -> None:
        """x of a person <= x of someone tied to them who is tied to all their other neighbours and costs no more."""
        network = self.network
        around = [frozenset(others) for others in network.neighbours]
        for person in range(len(network)):
            for other in network.neighbours[person]:
                mine, theirs = around[person] - {other}, around[other] - {person}
                mine_first = (network.cost[other], mine == theirs and other > person) <= (network.cost[person], False)
                if mine <= theirs and network.eligible[other] and mine_first:
                    if mine:
                        self._row([other, person], [1.0, -1.0], 0.0, highspy.kHighsInf)
                    else:
                        self.highs.changeColBounds(person, 0.0, 0.0)

    def relax(self) -> None:
        """Rows until the program without whole numbers breaks none that is found, or gains nothing any more."""
        solution, best, stalled = np.zeros(len(self.network) + len(self.left)), -1.0, 0
        everyone = [False] * len(self.network)
        for _ in range(_ROUNDS):
            if not self._add(solution, everyone) or stalled > _STALLED or not self._run():
                return
            solution = np.array(self.highs.getSolution().col_value)
            value = self.highs.getInfo().objective_function_value
            stalled = 0 if value > best + 1e-3 else stalled + 1
            best = max(best, value)
            self._raise_bound(value)

    def close(self, best: set[int]) -> set[int]:
        """Whole numbers, round by round, until the bound meets the best set or time is up; the best set."""
        network, goal = self.network, self.goal
        for person in range(len(network)):
            self.highs.changeColIntegrality(person, highspy.HighsVarType.kInteger)
        while self.bound < int(network.cost[list(best)].sum()):
            self._start(best)
            done = self._run()
            self._raise_bound(self.highs.getInfo().mip_dual_bound)
            if not done:
                return best
            solution = np.array(self.highs.getSolution().col_value)
            removed = {person for person in range(len(network)) if solution[person] > 0.5}
            if _reaches(network, goal, removed):
                return min(
                    (prune(network, goal, removed), best), key=lambda people: int(network.cost[list(people)].sum())
                )
            if not self._add_beyond(removed, best):
                # Less than the removed set cannot do either: someone else has to go.
                others = [person for person in np.flatnonzero(network.eligible).tolist() if person not in removed]
                self._row(others, [1.0] * len(others), 1.0, highspy.kHighsInf)
        return best

    def _add_beyond(self, removed: set[int], best: set[int]) -> bool:
        """Rows that this removed set breaks: of what it leaves, and of what is left as others go as well.

        Others are those a quick method takes next, then all but one of the best set: the more of those who matter are
        gone, the more a row says of the rest.
        """
        network, found = self.network, False
        further = METHODS["degree"](network.without(removed), self.goal)
        gone = removed.copy()
        for person in (None, *(person for person in further if network.eligible[person] and person not in removed)):
            gone |= set() if person is None else {person}
            large = self._add_left(gone)
            found = found or bool(large)
            if not large:
                break
        for person in sorted(best - removed):
            found = bool(self._add_left((removed | best) - {person})) or found
        return found

    def _add_left(self, gone: set[int]) -> int:
        """Rows of what is left without these people, all of them broken when they alone go; how many are new."""
        solution = np.zeros(len(self.network) + len(self.left))
        solution[list(gone)] = 1.0
        before = len(self.rows)
        self._add(solution, [person in gone for person in range(len(self.network))])
        return len(self.rows) - before

    def _start(self, best: set[int]) -> None:
        if not self.left:
            answer = highspy.HighsSolution()
            answer.col_value = [float(person in best) for person in range(len(self.network))]
            self.highs.setSolution(answer)

    def _run(self) -> bool:
        """Whether HiGHS came to an end before time was up."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            return False
        # HiGHS counts the time of all its runs together.
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + seconds)
        self.highs.run()
        return bool(self.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _raise_bound(self, value: float) -> None:
        if np.isfinite(value):
            self.bound = max(self.bound, int(np.ceil(value - _CLOSE)) * self.unit)

    def _add(self, solution: Array, gone: Sequence[bool]) -> bool:
        """Rows of connected sets that the solution breaks, grown from every seed; whether there was one."""
        weight, small = solution.tolist(), self.goal.small
        large = {person for part in split(self.network, range(len(gone)), gone) if len(part) > small for person in part}
        found = False
        for seed in self.seeds:
            if seed not in large:
                continue
            people = lightest(self.network, seed, small + 1, weight, gone)
            column = self.left.get(seed)
            row = (people, column)
            slack = sum(weight[person] for person in people) + (weight[column] if column is not None else 0.0)
            if slack < 1 - _CLOSE and row not in self.rows:
                self.rows.add(row)
                columns = [*sorted(people), *([] if column is None else [column])]
                self._row(columns, [1.0] * len(columns), 1.0, highspy.kHighsInf)
                found = True
        return found


def lightest(network: Network, seed: int, size: int, weight: Sequence[float], gone: Sequence[bool]) -> frozenset[int]:
    """A connected set of so many people with the seed, grown by the lightest neighbour, then the most tied one."""
    people: set[int] = set()
    seen = {seed}
    waiting = [(0.0, 0, seed)]
    while waiting and len(people) < size:
        person = heapq.heappop(waiting)[2]
        people.add(person)
        for other in network.neighbours[person]:
            if other not in seen and not gone[other]:
                seen.add(other)
                heapq.heappush(waiting, (weight[other], -network.degree[other], other))
    return frozenset(people)
