"""Names, streets and places of the fictional force. Nobody real is meant."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE = _words(
    """
    Abigail Adaeze Aisha Alice Amelia Amina Amy Ana Anjali Anna Ava Bella Bethany Bridget Bronwen Carol
    Charlotte Chloe Ciara Clara Daisy Danielle Donna Ebony Eleanor Ella Ellie Emily Emma Erin Esme Eva Evie
    Farah Fatima Faye Fiona Florence Freya Georgia Grace Halima Hannah Harriet Heather Helen Holly Imogen Ingrid
    Iris Isabel Isla Ivy Jade Jasmine Jennifer Jessica Joanna Josie Julia Kamala Karen Kasia Kate Kayleigh Keira
    Kelly Kirsty Lara Laura Lauren Leah Leila Lily Linda Lola Lorna Lucy Maeve Maisie Margaret Maria Martha
    Matilda Maya Megan Mercy Mia Michelle Millie Molly Nadia Naomi Natalia Niamh Nicole Nina Olivia Paige
    Parveen Phoebe Poppy Priya Rachel Rebecca Rhiannon Rosa Rosie Ruby Ruth Safiya Samantha Sarah Scarlett
    Shanice Sian Simran Sofia Sophie Stacey Summer Susan Tamsin Tara Thea Tilly Valentina Vanessa Victoria
    Violet Wendy Yasmin Yetunde Zainab Zara Zoe Zofia Zoë
    """
)
MALE = _words(
    """
    Aaron Abdul Adam Adeel Adrian Aidan Albert Alexander Alfie Amir Andrew Anthony Archie Arjun Arthur Ashley
    Ben Bilal Bradley Brandon Brendan Callum Cameron Charlie Chidi Christopher Cillian Connor Craig Curtis
    Daniel Darius Darren David Declan Dennis Deshawn Dominic Dylan Edward Elijah Elliot Emmanuel Ethan Evan Ewan
    Farhan Felix Finley Frank Freddie Gareth Gary George Graham Hamza Harrison Harry Harvey Hassan Henry Hugo
    Ian Ibrahim Imran Isaac Jack Jacob Jake James Jamie Jason Jay Jayden Joel John Jordan Joseph Joshua Jude
    Junaid Karl Keith Kevin Kieran Kofi Kyle Lee Leo Leon Lewis Liam Logan Louis Lucas Luke Malachi Marcus Mark
    Marlon Martin Mason Matthew Max Michael Mohammed Nathan Neil Nicholas Noah Oliver Omar Oscar Owen Patrick
    Paul Peter Piotr Rafael Rahul Reece Reuben Rhys Richard Riley Robert Rory Ryan Samuel Scott Sean Sebastian
    Shane Simon Stanley Stephen Stuart Tariq Taylor Theo Thomas Timothy Toby Tomasz Tyler Tyrone Vikram Vincent
    Wayne William Yusuf Zachary Zak José René
    """
)
_FIRST = _words(
    """
    Ash Ald Bar Beck Black Bram Brook Bur Cald Carl Cope Cran Dal Den Elm Fair Fen Gar Glen Green Hal Har Haw
    Hazel Hol Hurst Kel King Lang Lin Marl Mel Mill Nor Oak Pen Rad Red Rush Sand Stan Stock Sut Thorn Up Wal
    Wes Whit Win Wood
    """
)
_LAST = _words(
    """
    bourne bury by combe cott croft dale den field ford gate ham hurst land ley more shaw stead ton wick wood
    worth
    """
)
_MORE = _words(
    """
    Adeyemi Ahmed Akhtar Ali Andersson Banerjee Begum Brzezinski Carter Chukwu Clarke Cohen Cooper Costa Davies
    Diallo Edwards Evans Fernandes Fitzgerald Fraser García Ghosh Gonçalves Green Griffiths Hall Hassan Hughes
    Hussain Islam Jackson James Johnson Jones Kaur Kelly Khan Kowalski Lewis Lloyd MacDonald Malik Martin Mensah
    Mitchell Mohamed Moore Morgan Murphy Müller Nguyen Novák Núñez Nwosu O'Brien O'Connor O'Neill Okafor Osei
    Owen Papadopoulos Parker Patel Phillips Popescu Price Rahman Reid Roberts Robinson Rossi Roy Sharma Shah Sim
    Singh Smith Stewart Taylor Thomas Thompson Turner Walker Ward Watson White Williams Wilson Wójcik Wright
    Yilmaz Young Zhang Smith-Jones
    """
)
SURNAMES = tuple(sorted({*(first + last for first in _FIRST for last in _LAST), *_MORE}))

_STREETS = _words(
    """
    Abbey Alma Beech Bridge Canal Castle Cedar Chapel Church Cliff Cross Dock Elm Farm Ferry Forge Garden Grange
    Hill Kiln Lime Lock Mill Moor Nelson Oak Orchard Park Poplar Quarry Queen River School Spring Station Tower
    Union Vale Victoria Wharf
    """
)
_KINDS = ("Street", "Road", "Close", "Avenue", "Lane")
STREETS = tuple(f"{street} {kind}" for street in _STREETS for kind in _KINDS)

AREAS = tuple(f"F1{unit}{place}" for unit in "ABCD" for place in range(1, 5))
# fmt: off
TOWNS = (
    "Ashdown Cross", "Ashdown Park", "Ashdown Heath", "Ashdown North",
    "Brindle Town", "Brindle Quay", "Brindle Moor", "Brindle Green",
    "Coldmere Market", "Coldmere West", "Coldmere Bridge", "Coldmere Fold",
    "Duneside Harbour", "Duneside Sands", "Duneside Holt", "Duneside Fields",
)
# fmt: on
# Self-defined ethnicity codes of the 18+1 kind.
ETHNICITIES = (
    "W1",
    "W2",
    "W3",
    "W9",
    "M1",
    "M2",
    "M3",
    "M9",
    "A1",
    "A2",
    "A3",
    "A4",
    "A9",
    "B1",
    "B2",
    "B9",
    "O2",
    "O9",
    "N1",
)
ETHNICITY_WEIGHTS = (660, 12, 3, 60, 10, 6, 12, 10, 25, 40, 12, 6, 16, 18, 30, 10, 6, 14, 50)

PRISONS = ("HMP Aldmoor", "HMP Fenwick", "HMP Garrow", "HMP Saltholme", "HMP Thornscar", "HMYOI Larkbeck")
SYSTEMS = ("CR", "IN", "CU", "PR", "MI", "MK", "GR", "AS")
SYSTEM_NAMES = ("CRIMES", "IMS", "ICIS", "PINS", "COMPACT", "CONNECT", "GROUPS", "ASSOCIATIONS")
