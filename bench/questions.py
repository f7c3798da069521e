# SPDX-License-Identifier: EUPL-1.2
"""Questions to the page of results, from a fixed seed: always a topic or a word, and a place; every other filter in a third."""
import json
import random
import re
import sqlite3
import urllib.parse

CHILDREN = ["under1", "1to2", "3to5", "6to10", "11up"]
TIMES = ["morning", "noon", "afternoon", "evening"]
LANGUAGES = ["eng", "ukr", "rus", "ara", "tur", "fas", "deu", "bul", "ron"]
RADII = [2, 5, 10, 25, 50]


def vocabulary(database):
    """Topics, words of titles and topic names in all languages, and places with the offers they have, from a filled store."""
    store = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    topics = [row[0] for row in store.execute("SELECT key FROM topic ORDER BY number")]
    words = set()
    for (title,) in store.execute("SELECT DISTINCT title FROM service_text ORDER BY title LIMIT 20000"):
        words.update(word for word in re.findall(r"\w+", title) if len(word) >= 4)
    for (doc,) in store.execute("SELECT doc FROM topic ORDER BY number"):
        for name in json.loads(doc)["names"].values():
            words.update(word for word in re.findall(r"\w+", name) if len(word) >= 4)
    places = store.execute("SELECT p.postcode, p.name, count(*) FROM place p JOIN offer o ON instr(o.address, p.postcode) > 0 "
                           "GROUP BY p.postcode, p.name ORDER BY p.postcode").fetchall()
    store.close()
    return topics, sorted(words), places


def questions(database, seed):
    """Yields different paths without end."""
    topics, words, places = vocabulary(database)
    draw, seen = random.Random(seed), set()
    weights = [offers for _, _, offers in places]
    while True:
        code, name, _ = draw.choices(places, weights)[0]
        query = [("topic", draw.choice(topics))] if draw.random() < 0.5 else [("q", draw.choice(words))]
        query.append(("place", draw.choice([code, name])))
        radius = draw.choice(RADII)
        if radius != 10:
            query.append(("radius", radius))
        wishes = 0
        if draw.random() < 1 / 3:
            query.append(("language", draw.choice(LANGUAGES)))
            wishes += 1
        if draw.random() < 1 / 3:
            query += [("child", child) for child in sorted(draw.sample(CHILDREN, draw.choice([1, 1, 2])))]
            wishes += 1
        if draw.random() < 1 / 3:
            query.append(("day", draw.randint(1, 7)))
            if draw.random() < 0.5:
                query.append(("time", draw.choice(TIMES)))
            wishes += 1
        if draw.random() < 1 / 3:
            query.append(("free", 1))
            wishes += 1
        path = "/offers?" + urllib.parse.urlencode(query)
        if wishes and path not in seen:
            seen.add(path)
            yield path
