#!/usr/bin/env python3
"""Writes iati.tsv: all IATI code lists in English and French, from the published XML and french.tsv.

    python3 convert.py ../../../../shared/data/iati-codelists [../../../../shared/data/territories]

The first folder holds embedded/*.xml and non-embedded/*.xml; the second, country-codes.csv and
language-codes-full.csv (by default the folder `territories` beside the first). Same input, same output.

A French label is, in this order: the source's own; ours (french.tsv); for countries and languages, the official
name of the territories folder; for the retired organisation identifiers, the one the source gives to the same
organisation in CRSChannelCode; for charts of accounts, ours by rule; for media types, versions and names of
registers, the label as it is. Nothing is left empty: what lacks French is listed and the exit code is 1.
"""

import csv
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LANGUAGE_NEUTRAL = {"FileFormat", "Version", "OrganisationRegistrationAgency"}

HEAD = """\
# Written by convert.py: do not edit. Source: IATI Standard (http://iatistandard.org/), CC BY 4.0; see README.md.
# [list] <tab> English <tab> French <tab> open, ours <tab> list of categories <tab> source
# code   <tab> English <tab> French <tab> ours, withdrawn <tab> category <tab> fact=value ...
# Empty English: the code itself. Empty French: the English. "ours": the French is Ensemble's, for want of an official one.
"""


def squeezed(text):
    return " ".join((text or "").split())


def texts(element, path):
    """The narratives by language; without xml:lang, English."""
    return {n.get(LANG, "en"): squeezed(n.text) for n in element.findall(path) if squeezed(n.text)}


def read_lists(folder):
    lists = {}
    for path in sorted(folder.glob("*embedded/*.xml")):
        root = xml.parse(path).getroot()
        codes = {}
        for item in root.find("codelist-items"):
            codes.setdefault(item.findtext("code").strip(), item)  # FileFormat repeats two codes
        lists[root.get("name")] = (root, codes)
    return lists


def read_french():
    """{(list, code): (english, french)}; the code of a list's title is empty."""
    labels, name = {}, None
    for line in (HERE / "french.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            code, english, french = line.split("\t")
            assert (name, code) not in labels, f"french.tsv says {name} {code} twice"
            labels[name, code] = (english, french)
    return labels


def read_territories(folder):
    def table(file, key, value):
        with open(folder / file, encoding="utf-8-sig", newline="") as rows:
            return {row[key]: squeezed(row[value]) for row in csv.DictReader(rows) if row[key] and squeezed(row[value])}

    return {
        "Country": table("country-codes.csv", "ISO3166-1-Alpha-2", "official_name_fr"),
        "Language": table("language-codes-full.csv", "alpha2", "French"),
    }


class Converter:
    def __init__(self, lists, ours, territories):
        self.lists, self.ours, self.territories = lists, ours, territories
        self.used, self.problems = set(), []

    def label(self, name, code, texts, category=None):
        """English, French, and whether the French is ours."""
        english = texts.get("en", "")
        if "fr" in texts:
            return english, texts["fr"], False
        if (name, code) in self.ours:
            self.used.add((name, code))
            was, french = self.ours[name, code]
            if was != english:
                self.problems.append(f"the English has changed: {name} {code!r}: {was!r} -> {english!r}")
            return english, french, True
        official = self.territories.get(name, {}).get(code) or self.of_channel(name, code, english)
        if official:
            return english, official, False
        accounts = re.fullmatch(r".* Chart of Accounts", english)
        if accounts and category in self.lists["Country"][1]:
            return english, f"Plan comptable ({self.country(category)})", True
        if name not in LANGUAGE_NEUTRAL or not code:
            self.problems.append(f"no French: {name}\t{code}\t{english}")
        return english, "", True

    def country(self, code):
        item = self.lists["Country"][1][code]
        return self.label("Country", code, texts(item, "name/narrative"))[1]

    def of_channel(self, name, code, english):
        if name != "OrganisationIdentifier":
            return None
        channel = self.lists["CRSChannelCode"][1].get(code)
        found = texts(channel, "name/narrative") if channel is not None else {}
        plain = lambda text: text.replace("’", "'").lower()
        same = plain(found.get("en", "")) == plain(english)
        return found.get("fr") if same and plain(found.get("fr", "")) != plain(english) else None

    def section(self, name):
        root, codes = self.lists[name]
        english, french, ours = self.label(name, "", texts(root, "metadata/name/narrative"))
        flags = [word for word, set_ in (("open", root.get("complete") == "0"), ("ours", ours)) if set_]
        head = [f"[{name}]", english, french, " ".join(flags), root.get("category-codelist", ""), source(name, root)]
        return [head] + [self.code(name, code, item) for code, item in codes.items()]

    def code(self, name, code, item):
        category = squeezed(item.findtext("category"))
        english, french, ours = self.label(name, code, texts(item, "name/narrative"), category)
        withdrawn = item.get("status") == "withdrawn"
        flags = [word for word, set_ in (("ours", ours), ("withdrawn", withdrawn)) if set_]
        row = [code, english, "" if french == english else french, " ".join(flags), category]
        if item.get("withdrawal-date"):
            row.append(f"withdrawal_date={item.get('withdrawal-date')}")
        if item.get("public-database"):
            row.append(f"public_database={'true' if item.get('public-database') == '1' else 'false'}")
        if squeezed(item.findtext("url")):
            row.append(f"url={squeezed(item.findtext('url'))}")
        return row


def source(name, root):
    said = "IATI Standard (http://iatistandard.org/), CC BY 4.0"
    url = squeezed(root.findtext("metadata/url"))
    if url:
        said += f"; after {url}"
    if name == "Country":
        said += "; French names: United Nations (M49), by github.com/datasets/country-codes, PDDL"
    if name == "Language":
        said += "; French names: ISO 639-2, by github.com/datasets/language-codes, PDDL"
    return said


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[0])
    territories = pathlib.Path(arguments[1]) if len(arguments) > 1 else folder.resolve().parent / "territories"
    converter = Converter(read_lists(folder), read_french(), read_territories(territories))
    sections = [converter.section(name) for name in sorted(converter.lists)]
    for key in converter.ours.keys() - converter.used:
        converter.problems.append(f"french.tsv translates what is not there, or has official French now: {key}")
    lines = ["\n".join("\t".join(row).rstrip("\t") for row in section) for section in sections]
    (HERE / "iati.tsv").write_text(HEAD + "\n" + "\n\n".join(lines) + "\n", encoding="utf-8")
    rows = [row for section in sections for row in section[1:]]
    ours = sum("ours" in row[3] for row in rows)
    print(f"{len(sections)} lists, {len(rows)} codes, the French of {ours} is ours")
    for problem in sorted(converter.problems):
        print(problem, file=sys.stderr)
    sys.exit(1 if converter.problems else 0)


main(sys.argv[1:])
