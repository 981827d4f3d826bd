"""The order in which a force is made: its people, its stories, then the background that fills it up."""

from __future__ import annotations

from harmnet.synthetic import decoys, faults
from harmnet.synthetic.background.bystanders import Bystanders
from harmnet.synthetic.background.connect import add_associations, add_markers
from harmnet.synthetic.background.crimes import add_crimes
from harmnet.synthetic.background.custody import add_custody
from harmnet.synthetic.background.intelligence import add_intelligence
from harmnet.synthetic.background.missing import add_missing
from harmnet.synthetic.background.prison import add_prison
from harmnet.synthetic.circles import make_circles
from harmnet.synthetic.layout import PARENTS
from harmnet.synthetic.planted import county_lines, cse, modern_slavery, safeguarding, soc, violent_crime
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.sizes import SHARES, Size
from harmnet.synthetic.world import World, new_world

# Groups that others borrow people from come first.
_STORIES = {
    "soc": soc.plant,
    "county_lines": county_lines.plant,
    "cse": cse.plant,
    "violent_crime": violent_crime.plant,
    "modern_slavery": modern_slavery.plant,
}


def make_force(size: Size, seed: int) -> World:
    """A finished force: every table complete and in its order of delivery."""
    world = new_world(size, seed)
    for theme, plant in _STORIES.items():
        scene = Scene(world, world.draws(theme))
        for number in range(1, size.networks[theme] + 1):
            plant(scene, number)
    safeguarding.plant(Scene(world, world.draws("safeguarding")), size.cases)
    decoys.plant(Scene(world, world.draws("decoys")), size.decoys, size.hub)
    faults.plant(Scene(world, world.draws("faults")), size.faults, size.hub)
    world.people.close()
    _fill(world)
    for frame in sorted(world.frames.values(), key=lambda frame: frame.name in PARENTS):
        frame.close(world.frames)
    return world


def _fill(world: World) -> None:
    """The background, as much of each table as the size still lacks."""
    size = world.size
    wanted = {name: size.background * share // 1000 for name, share in SHARES.items()}
    circles = make_circles(world.draws("circles"), world.people)
    bystanders = Bystanders(world.draws("bystanders"), world.people)
    suspected = add_crimes(world, circles, bystanders, wanted["crimes_without_suspect"])
    add_custody(world, suspected, wanted["custody"])
    add_intelligence(world, circles, bystanders, wanted["intelligence_people"])
    add_prison(world, wanted["prison_stays"])
    in_care = add_missing(world, bystanders, wanted["missing_episodes"])
    add_markers(world, in_care, wanted["markers"])
    add_associations(world, circles, wanted["associations"])
