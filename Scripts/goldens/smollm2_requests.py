"""The sixty requests of Tests/Goldens/smollm2: few-shot prompts over small tasks, prose, code, Unicode and edge cases.

Written for this project (CC0). `smollm2.py` writes and scores them.
"""

import random

# Ten tasks of nine pairs: the ninth is the query, the first k of the others are the shots.
TASKS = {
    "antonyms": [
        ("hot", "cold"), ("early", "late"), ("empty", "full"), ("brave", "cowardly"), ("noisy", "quiet"),
        ("deep", "shallow"), ("ancient", "modern"), ("generous", "stingy"), ("strong", "weak"),
    ],
    "past tense": [
        ("go", "went"), ("sing", "sang"), ("walk", "walked"), ("bring", "brought"), ("write", "wrote"),
        ("carry", "carried"), ("begin", "began"), ("stop", "stopped"), ("teach", "taught"),
    ],
    "plural": [
        ("mouse", "mice"), ("church", "churches"), ("city", "cities"), ("leaf", "leaves"), ("ox", "oxen"),
        ("table", "tables"), ("tooth", "teeth"), ("hero", "heroes"), ("child", "children"),
    ],
    "capitals": [
        ("Norway", "Oslo"), ("Peru", "Lima"), ("Kenya", "Nairobi"), ("Vietnam", "Hanoi"), ("Austria", "Vienna"),
        ("Cuba", "Havana"), ("Egypt", "Cairo"), ("Nepal", "Kathmandu"), ("Bolivia", "La Paz"),
    ],
    "to French": [
        ("house", "maison"), ("water", "eau"), ("friend", "ami"), ("summer", "été"), ("school", "école"),
        ("boy", "garçon"), ("forest", "forêt"), ("heart", "cœur"), ("snow", "neige"),
    ],
    "first of": [
        ("lamp, river, seven", "lamp"), ("otter, brick", "otter"), ("cloud, glove, tin, oak", "cloud"),
        ("wine, paper, moss", "wine"), ("nine, tower", "nine"), ("plum, rope, star, ink", "plum"),
        ("wolf, chalk, pearl", "wolf"), ("salt, engine, fern", "salt"), ("marble, tulip, goose", "marble"),
    ],
    "addition": [
        ("3 + 4", "7"), ("12 + 9", "21"), ("40 + 25", "65"), ("8 + 8", "16"), ("101 + 7", "108"),
        ("33 + 33", "66"), ("1999 + 1", "2000"), ("56 + 17", "73"), ("28 + 14", "42"),
    ],
    "sentiment": [
        ("The soup was cold and the waiter rude.", "negative"), ("I would watch it again tonight!", "positive"),
        ("A dull, endless lecture.", "negative"), ("The best holiday of my life.", "positive"),
        ("It broke after two days.", "negative"), ("Warm, funny and beautifully acted.", "positive"),
        ("Everything about this phone annoys me.", "negative"), ("Friendly staff, spotless rooms.", "positive"),
        ("They lost our luggage and didn't apologise.", "negative"),
    ],
    "abstract labels": [
        ("sparrow", "A"), ("hammer", "B"), ("eagle", "A"), ("wrench", "B"), ("saw", "B"), ("heron", "A"),
        ("owl", "A"), ("pliers", "B"), ("finch", "A"),
    ],
    "capitalise": [
        ("violet", "Violet"), ("east wind", "East Wind"), ("o'neill", "O'Neill"), ("rust", "Rust"),
        ("blue moon", "Blue Moon"), ("tokyo", "Tokyo"), ("grand canal", "Grand Canal"), ("pepper", "Pepper"),
        ("silver spoon", "Silver Spoon"),
    ],
}

LIGHTHOUSE = (
    "The lighthouse at the end of the causeway had not been lit for eleven years when Marta bought it. The deeds "
    "described a tower of nineteen metres, a keeper's cottage with a leaking roof, and the right to draw water "
    "from a well that nobody had been able to find. She moved in during the last week of October, when the tides "
    "were at their highest and the road disappeared twice a day beneath a sheet of grey, restless water.\n\nFor "
    "the first month she did nothing but repair. She replaced the slates one at a time, carrying each of them up a "
    "ladder that groaned under her weight. She scraped the rust from the spiral staircase, painted it green, "
    "disliked the green, and painted it white. In the evenings she read the log books that the keepers had left "
    "behind: ninety-four volumes bound in oilcloth, filled with wind directions and barometer readings and, now "
    "and then, a sentence about something else. \"Saw a whale,\" one of them had written in 1911, and then, three "
    "weeks later, as if the thought had taken that long to ripen, \"It was very large.\"\n\nThe fishermen in the "
    "village were polite to her and kept their distance. They believed that the lamp had been put out for a "
    "reason, and although none of them could say what the reason was, they agreed that it had been a good one. "
    "Only the old harbour master came to visit. He brought a loaf of bread wrapped in newspaper, sat down at the "
    "kitchen table without taking off his coat, and asked her whether she intended to light it again. She told him "
    "that she did not know yet. He nodded slowly, looked out of the window at the dark shape of the tower, and "
    "said that when she had made up her mind he would like to be the first to know, because his father had been "
    "the last keeper of the"
)

BREAD = (
    "Bread is mostly flour and water, and almost everything interesting about it happens while the baker is doing "
    "nothing. When flour is wetted, two of its proteins join into gluten, an elastic net that can be stretched "
    "thin without tearing. Yeast feeds on the sugars that enzymes free from the starch, and breathes out carbon "
    "dioxide; the gas collects in small bubbles, and the net holds it. The longer and cooler the dough ferments, "
    "the more acids and alcohols are made along the way, and it is these, rather than the yeast, which give a good "
    "loaf its taste. In the oven the last burst of gas pushes the crumb open, the starch sets, the net hardens, "
    "and the surface dries and browns. A loaf should sound hollow when it is tapped from below. It should also be "
    "left alone for an hour before it is cut, although nobody ever leaves it alone, because nothing in the world "
    "smells as good as fresh"
)

RIVER = (
    "A river does not choose the shortest way to the sea. On a plain it begins to swing, and once it swings it "
    "cannot stop: water on the outside of a bend runs faster and cuts into the bank, water on the inside runs "
    "slower and drops its sand, so that every curve makes itself more curved. In the end two bends meet, the river "
    "breaks through the narrow neck of land between them, and the old loop is left behind as a lake in the shape "
    "of a crescent. From the air one can see the traces of a hundred such loops on both sides, one over the other, "
    "like the rings that cups leave on a table. Engineers have often straightened rivers, to gain land or to make "
    "way for ships, and have as often regretted it. A straight river is a fast one. It digs itself deeper, the "
    "water table falls, the wells run dry, and the flood that used to spread over the meadows for a week arrives "
    "in the next town in a single night. Today some rivers are given their bends back. Excavators dig the first "
    "curve, a few tree trunks are laid across the current, and after that the work is left to the"
)

CLOCKS = (
    "Question and answer, from a museum's leaflet.\n\nWhy do clocks run clockwise? Because the first mechanical "
    "clocks were built in the northern hemisphere, where the shadow on a sundial moves from west through north to "
    "east. Had the craft begun in Australia, the hands would turn the other way.\n\nWhy does a pendulum keep time? "
    "For small swings its period depends on its length alone, not on how far it swings and not on its weight. A "
    "pendulum of one metre needs very nearly one second for each swing.\n\nWhy was the sea so difficult? A ship's "
    "roll disturbs a pendulum, and heat and cold change the length of metal parts. An error of four seconds a day "
    "puts a ship a whole degree of longitude out of place after two months. John Harrison, a carpenter, worked on "
    "the problem for more than forty years; his fourth timekeeper, hardly larger than a pocket watch, lost five "
    "seconds on the voyage to Jamaica.\n\nWhat is inside a modern watch? A sliver of quartz, cut in the shape of a "
    "tuning fork, that vibrates 32,768 times a second. That number is two to the fifteenth power, so fifteen "
    "stages of halving give exactly one pulse per"
)

LETTER = (
    "Dear Professor Aldous,\n\nThank you for your letter of 14 March. I have now been through all three boxes that "
    "your aunt left to the library, and I am sending you a short description of what they contain, as you "
    "asked.\n\nThe first box holds the correspondence: 212 letters, most of them from her brother Edwin between "
    "1931 and 1946, tied in bundles by year. The paper is in good condition except for the bundle of 1938, which "
    "has been wet. The second box contains the field notebooks. There are seventeen of them, numbered 1 to 18; "
    "number 7 is missing, and a slip of paper in its place reads \"lent to R., never returned\". The third box was "
    "the surprise. Under a layer of theatre programmes I found a complete set of glass negatives, forty-eight in "
    "all, each in an envelope with a date, a place and the name of a plant. I am no botanist, but a colleague who "
    "is one became quite pale when I showed them to her. She believes that at least two of the plants have not "
    "been seen since the valley was flooded in 1952.\n\nI would suggest that we have the negatives scanned before "
    "anything else is done. The library could bear the cost if you agree that copies may be shown to the public. "
    "Please let me know whether this would be acceptable to you and to the rest of the family.\n\nWith kind "
    "regards,\nHelen Marsh\nKeeper of"
)

PYTHON = (
    "def fibonacci(n: int) -> int:\n    \"\"\"The n-th Fibonacci number, counted from 0.\"\"\"\n    a, b = 0, 1\n"
    "    for _ in range(n):\n        a, b = b, a + b\n    return a\n\n\ndef factorial(n: int) -> int:\n"
    "    \"\"\"The product of 1 to n.\"\"\"\n    result = 1\n"
    "    for i in range(2, n + 1):\n        result *= i\n    return"
)

C_CODE = (
    "#include <stdio.h>\n\nstatic int max(int a, int b)\n{\n\treturn a > b ? a : b;\n}\n\nint main(void)\n{\n"
    "\tint values[] = {3, 41, 7, 19};\n\tint best = values[0];\n\tfor (int i = 1; i < 4; i++)\n\t\tbest = max(best,"
)

OTHERS = [
    # Long prose, one true continuation each and a few of several tokens.
    (LIGHTHOUSE, " lighthouse"),
    (LIGHTHOUSE, " light, and had never spoken of it"),
    (BREAD, " bread"),
    (RIVER, " river"),
    (RIVER, " river itself, which knows best."),
    (CLOCKS, " second"),
    (LETTER, " Manuscripts"),
    (BREAD + " bread.\n\n" + CLOCKS, " second."),
    # Code.
    (PYTHON, " result"),
    (C_CODE, " values[i]);"),
    (
        "{\"name\": \"Ada\", \"born\": 1815}\n{\"name\": \"Alan\", \"born\": 1912}\n{\"name\": \"Grace\", \"born\":",
        " 1906}",
    ),
    # Unicode: other scripts, combining marks, digits that are not ASCII, emoji with joiners, no-break spaces.
    ("日本の首都は東京です。フランスの首都は", "パリです。"),
    ("Столица России — Москва. Столица Франции —", " Париж"),
    ("Le cafe\u0301 est ferme\u0301, le café est fermé. L\u2019e\u0301te\u0301", " est fini"),
    ("Q: 👍🏽\nA: yes\n\nQ: 👎🏽\nA: no\n\nQ: 👩\u200d👩\u200d👧 ٣٤ ² ½ Ⅷ\u00a0% \u3000?\nA:", " yes"),
    # Several tokens, whitespace, contractions, control tokens in the text.
    ("The quick brown fox", " jumps over the lazy dog, and they'll say that it didn't"),
    ("one two  three   four\tfive\r\n\r\nsix\n\n\n  seven", "\n\n\n    eight"),
    (
        "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n",
        "The capital of France is Paris.",
    ),
    # No context: the prefix token stands in for it.
    ("", "Once upon a time, there was"),
    # Trailing whitespace moves to the continuation.
    ("Q: up\nA: down\n\nQ: left\nA: ", "right"),
]


def requests() -> list[dict]:
    """Forty few-shot requests (ten tasks at k = 0, 1, 4, 8; every fifth answer wrong) and the twenty others, mixed."""
    rows = []
    for pairs in TASKS.values():
        query, gold = pairs[8]
        for k in (0, 1, 4, 8):
            shots = "".join(f"Q: {q}\nA: {a}\n\n" for q, a in pairs[:k])
            answer = pairs[2][1] if len(rows) % 5 == 4 else gold
            rows.append({"context": f"{shots}Q: {query}\nA:", "continuation": f" {answer}"})
    rows += [{"context": context, "continuation": continuation} for context, continuation in OTHERS]
    random.Random(1234).shuffle(rows)
    return rows
