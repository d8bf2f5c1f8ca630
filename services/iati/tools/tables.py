#!/usr/bin/env python3
"""Writes the tables in ../data from the official XSDs and code lists.

    python3 tools/tables.py ../../../shared/data

Run once per version of the standard; the results are committed. The XSDs are unfolded from each root (an element
means different things in different places), equal nodes are then merged, and each attribute gets the code lists that
`mapping.xml` gives it at that place. Any construct of XSD that this script does not know stops it.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ET

XSD = "{http://www.w3.org/2001/XMLSchema}"
shared = pathlib.Path(sys.argv[1])
out = pathlib.Path(__file__).resolve().parent.parent / "data"
LICENCE = (
    "# Derived from the {} of the IATI Standard (http://iatistandard.org/), CC BY 4.0,\n"
    "# {}\n# by tools/tables.py; do not edit.\n"
)


def load(name):
    found = {"element": {}, "complexType": {}, "attribute": {}}
    for file in (name, "iati-common.xsd"):
        for child in ET.parse(shared / "iati-schemas" / file).getroot():
            kind = child.tag.removeprefix(XSD)
            if kind in found:
                found[kind][child.get("name")] = child
            elif kind not in ("annotation", "include", "import"):
                raise SystemExit(f"unknown {kind}")
    return found


complete, codes = {}, {}
for file in sorted((shared / "iati-codelists").glob("*embedded/*.xml")):
    root = ET.parse(file).getroot()
    complete[root.get("name")] = root.get("complete") == "1"
    codes[root.get("name")] = [i.findtext("code").strip() for i in root.iter("codelist-item")]

lists = {}
for mapping in ET.parse(shared / "iati-codelists" / "mapping.xml").getroot():
    path = mapping.findtext("path").removeprefix("//")
    name = mapping.find("codelist").get("ref")
    if "/@" not in path or name == "Version":
        continue
    name += "" if complete[name] else "~"
    condition = mapping.findtext("condition") or ""
    if condition:
        vocabulary = condition.split("'")[1]
        name += "/" + vocabulary + ("?" if "not(@vocabulary)" in condition else "")
    lists.setdefault(path, []).append(name)

nodes = {}


def simple(name):
    return name.removeprefix("xsd:")


def attribute(schema, node, path):
    ref = node.get("ref")
    declared = schema["attribute"][ref] if ref and ref != "xml:lang" else node
    name = ref or node.get("name")
    kind = "language" if name == "xml:lang" else simple(declared.get("type") or "string")
    need = "!" if node.get("use") == "required" else "?"
    return " ".join(["@", name, kind, need] + lists.get(f"{path}/@{name}", []))


def content(schema, node, path):
    """(simple content, open to foreign attributes, attributes, particles) of a complex type."""
    text, open_, attributes, particles = "-", False, [], []
    if node.get("mixed") == "true":
        text = "mixed"
    for child in node:
        kind = child.tag.removeprefix(XSD)
        if kind == "annotation":
            continue
        if kind in ("simpleContent", "complexContent"):
            (extension,) = [c for c in child if c.tag == XSD + "extension"]
            base = extension.get("base")
            if base.startswith("xsd:"):
                text = simple(base)
            else:
                text, open_, attributes, particles = content(schema, schema["complexType"][base], path)
            _, more_open, more_attributes, more_particles = content(schema, extension, path)
            open_, attributes, particles = open_ or more_open, attributes + more_attributes, particles + more_particles
        elif kind == "sequence":
            for particle in child:
                inner = particle.tag.removeprefix(XSD)
                if inner == "element":
                    particles.append(element(schema, particle, path))
                elif inner == "any" and particle.get("namespace") == "##other":
                    particles.append("*")
                elif inner != "annotation":
                    raise SystemExit(f"unknown {inner} in {path}")
        elif kind == "attribute":
            attributes.append(attribute(schema, child, path))
        elif kind == "anyAttribute" and child.get("namespace") == "##other":
            open_ = True
        else:
            raise SystemExit(f"unknown {kind} in {path}")
    return text, open_, attributes, particles


def element(schema, particle, path):
    name = particle.get("ref") or particle.get("name")
    declared = schema["element"][name] if particle.get("ref") else particle
    below = name if name in ("iati-activity", "iati-organisation") else f"{path}/{name}" if path else name
    low, high = particle.get("minOccurs", "1"), particle.get("maxOccurs", "1")
    number = define(schema, declared, below)
    return f"/ {name} {low} {'*' if high == 'unbounded' else high} {number}"


def define(schema, declared, path):
    kind = declared.get("type")
    if kind and kind.startswith("xsd:"):
        lines = (f"{simple(kind)} closed",)
    else:
        node = schema["complexType"][kind] if kind else declared.find(XSD + "complexType")
        if node is None:
            lines = ("mixed open", "any")  # no type: anything goes
        else:
            text, open_, attributes, particles = content(schema, node, path)
            lines = (f"{text} {'open' if open_ else 'closed'}", *attributes, *particles)
    return nodes.setdefault(lines, len(nodes))


roots = []
for file, root in (("iati-activities-schema.xsd", "iati-activities"), ("iati-organisations-schema.xsd", "iati-organisations")):
    schema = load(file)
    roots.append(f"root {root} {define(schema, schema['element'][root], root)}")

with open(out / "schema-2.03.txt", "w") as file:
    file.write(LICENCE.format("2.03 schemas and code list mapping", "https://github.com/IATI/IATI-Schemas"))
    file.write("""#
# = node content open|closed      content: a simple type, `-` for elements only, `mixed`; open: foreign attributes allowed
# @ attribute type !|? list...    ! required; a code list, `list~` open to other codes, `list/v` only for vocabulary v,
#                                 `list/v?` also for none
# / element min max node          in the order of the sequence
# *                               foreign elements
""")
    for lines, number in nodes.items():
        file.write(f"= {number} " + "\n".join(lines) + "\n")
    file.write("\n".join(roots) + "\n")

wanted = {name.split("/")[0].rstrip("~") for names in lists.values() for name in names}
with open(out / "codelists.txt", "w") as file:
    file.write(LICENCE.format("code lists", "https://github.com/IATI/IATI-Codelists and IATI-Codelists-NonEmbedded"))
    file.write("# one list a line: its name, its codes, withdrawn ones included: they stay valid in old data\n")
    for name in sorted(wanted):
        assert not any(" " in code for code in codes[name]), name
        file.write(" ".join([name, *codes[name]]) + "\n")

with open(out / "registration-agencies.txt", "w") as file:
    file.write(LICENCE.format("list OrganisationRegistrationAgency, replicated from http://org-id.guide/", "https://github.com/IATI/IATI-Codelists-NonEmbedded"))
    for code in sorted(set(codes["OrganisationRegistrationAgency"])):
        file.write(code + "\n")
# The validator's numbers of its code list rules, by the place of the list in the mapping; 0: not known. It checks neither
# the language of narratives nor the version.
NUMBERS = [
    *[0, *range(2, 14), 16, 17, 18, 19, 20, 21, 127, 128, *range(22, 34), 117, *range(34, 56), *range(57, 64)],
    *[*range(65, 78), 129, 130, 78, 125, 126, 79, 80, 0, 0, *range(81, 91), 124, 0, 0, *range(91, 95), 0, 96, 0],
    *[*range(98, 104), 122, 104, 105, 106, 123, 107, 108, 109, 110, 111, 112, 113, 114],
]
mappings = list(ET.parse(shared / "iati-codelists" / "mapping.xml").getroot())
assert len(NUMBERS) == len(mappings) == 124
with open(out / "code-rules.txt", "w") as file:
    file.write(LICENCE.format("code list mapping", "https://github.com/IATI/IATI-Codelists"))
    file.write("# rule, path, list, and the vocabulary it is for (`v?`: also without one)\n")
    for number, mapping in zip(NUMBERS, mappings):
        path, name = mapping.findtext("path").removeprefix("//"), mapping.find("codelist").get("ref")
        if path == "@xml:lang" or name == "Version":
            continue
        condition = mapping.findtext("condition") or ""
        vocabulary = ""
        if condition:
            vocabulary = " " + condition.split("'")[1] + ("?" if "not(@vocabulary)" in condition else "")
        file.write(f"9.{number}.1 {path} {name}{vocabulary}\n")

# Only what decides and what is said: no links, no white space.
ruleset = json.loads((shared / "iati-rulesets" / "standard.json").read_text())


def lean(value):
    if isinstance(value, dict):
        return {key: lean(inner) for key, inner in value.items() if key != "link"}
    return [lean(inner) for inner in value] if isinstance(value, list) else value


with open(out / "rules-2.03.json", "w") as file:
    note = "Derived from the ruleset of the IATI Standard, https://github.com/IATI/IATI-Rulesets, MIT licence, by tools/tables.py; do not edit."
    json.dump({"": note, **lean(ruleset)}, file, separators=(",", ":"), ensure_ascii=False)
    file.write("\n")

with open(out / "publishers.txt", "w") as file:
    file.write("# Identifiers that the IATI Registry knew in 2026-08, by tools/tables.py; do not edit.\n")
    publishers = json.loads((shared / "iati-publishers" / "publishers-2026-08.json").read_text())
    for identifier in sorted({p["iati_org_id"].strip() for p in publishers} - {""}):
        file.write(identifier + "\n")
print(len(nodes), "nodes,", len(wanted), "lists,", len(codes["OrganisationRegistrationAgency"]), "agencies")
