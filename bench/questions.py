# SPDX-License-Identifier: EUPL-1.2
"""Different questions to the page of results, from a fixed seed: always a topic or words, and a place; every other filter in a third.

What is offered often is asked often: a place by its offers, a topic by its offers and those of the topics below it, words by the
titles they stand in. The words are those of titles and of names of topics, in all languages.
"""
import collections
import json
import random
import re
import sqlite3
import urllib.parse

# As the form has them (src/directory/search.h).
CHILDREN = ["under1", "1to2", "3to5", "6to10", "11up"]
AGES = ["under3", "3to5", "6to10", "11to13", "14to17", "18to26", "27up"]
TIMES = ["morning", "noon", "afternoon", "evening"]
RADII, RADIUS_WEIGHTS = [2, 5, 10, 25, 50], [3, 7, 20, 45, 25]
LANGUAGES = ["eng", "ukr", "rus", "ara", "tur", "fas", "deu", "bul", "ron"]
SHORTEST = 4  # letters of a word; below, it is hardly ever one that says what somebody looks for


class Vocabulary:
    """What there is to ask for in a filled store, each with how often it is asked."""

    def __init__(self, database):
        store = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        parents, names = {}, {}
        for key, doc in store.execute("SELECT key, doc FROM topic ORDER BY number"):
            topic = json.loads(doc)
            parents[key], names[key] = topic.get("parent"), sorted(topic["names"].values())
        self.topics, codes = dict.fromkeys(parents, 0), collections.Counter()
        for facts, address in store.execute("SELECT facts, address FROM offer"):
            for topic in ancestry(facts.split("|")[2].split(","), parents):
                self.topics[topic] += 1
            codes.update(re.findall(r"\b\d{5}\b", address)[-1:])
        phrases = collections.Counter()
        for title, times in store.execute("SELECT title, count(*) FROM service_text GROUP BY title ORDER BY title"):
            phrases[words_of(title)] += times
        for key, count in self.topics.items():
            for name in names[key]:
                phrases[words_of(name)] += count
        self.phrases = {words: times for words, times in sorted(phrases.items()) if words and times}
        places = store.execute("SELECT postcode, name FROM place ORDER BY postcode, name").fetchall()
        self.places = {(code, name): codes[code] for code, name in places if codes[code]}
        store.close()


def ancestry(topics, parents):
    """The topics and all above them."""
    found = set()
    for topic in topics:
        while topic in parents and topic not in found:
            found.add(topic)
            topic = parents[topic]
    return found


def words_of(text):
    return tuple(dict.fromkeys(word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= SHORTEST))


class Chosen:
    """Draws from things with weights."""

    def __init__(self, weights):
        self.things, self.sums, total = list(weights), [], 0
        for weight in weights.values():
            total += weight
            self.sums.append(total)

    def draw(self, draw):
        return draw.choices(self.things, cum_weights=self.sums)[0]


def asked_words(draw, phrases):
    """One word of a phrase, or two that follow each other; some not typed to the end."""
    words = phrases.draw(draw)
    at = draw.randrange(len(words))
    typed = list(words[at:at + draw.choice([1, 1, 1, 2])])
    if draw.random() < 0.2 and len(typed[-1]) > 6:
        typed[-1] = typed[-1][:6]
    return " ".join(typed)


def filters(draw):
    """Each in a third of the questions, whatever the others are."""
    third = lambda: draw.random() < 1 / 3  # noqa: E731
    query = []
    if third():
        query.append(("language", draw.choice(LANGUAGES)))
    if third():
        query.append(("age", draw.choice(AGES)))
    if third():
        query += [("child", child) for child in sorted(draw.sample(CHILDREN, draw.choice([1, 1, 2])))]
    if third():
        query.append(("day", draw.randint(1, 7)))
        if draw.random() < 0.5:
            query.append(("time", draw.choice(TIMES)))
    if third():
        query.append(("free", 1))
    if third():
        query.append(("places", 1))
    return query


def questions(database, seed):
    """Yields paths without end; no question comes twice, not even with its place written otherwise."""
    vocabulary = Vocabulary(database)
    draw, seen = random.Random(seed), set()
    topics, phrases = Chosen({key: count for key, count in vocabulary.topics.items() if count}), Chosen(vocabulary.phrases)
    places = Chosen(vocabulary.places)
    while True:
        code, name = places.draw(draw)
        query = [("topic", topics.draw(draw))] if draw.random() < 0.6 else [("q", asked_words(draw, phrases))]
        radius = draw.choices(RADII, RADIUS_WEIGHTS)[0]
        query += [("radius", radius)] if radius != 10 else []
        query += filters(draw)
        typed = draw.choice([code, name])
        if (code, *query) not in seen:
            seen.add((code, *query))
            yield "/offers?" + urllib.parse.urlencode([query[0], ("place", typed), *query[1:]])
