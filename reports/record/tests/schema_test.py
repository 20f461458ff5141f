"""The schema accepts what the program writes, and refuses what the program refuses.

schema_test.py SCHEMA PROGRAM: PROGRAM prints records, one a line, the last with every field.
"""
import copy
import json
import subprocess
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
records = [json.loads(line) for line in subprocess.run([sys.argv[2]], check=True, capture_output=True, text=True).stdout.splitlines()]
assert len(records) > 5, "too few samples"
for record in records:
    validator.validate(record)

full = records[-1]
unused = set(schema["properties"]) - set(full)
assert not unused, f"the sample with every field lacks {unused}"


def refused(change):
    record = copy.deepcopy(full)
    change(record)
    return not validator.is_valid(record)


wrong = {
    "another version": lambda r: r.update(schema=2),
    "no version": lambda r: r.pop("schema"),
    "an unknown verdict": lambda r: r.update(verdict="ok"),
    "an unknown field": lambda r: r.update(colour="red"),
    "an unknown field of an event": lambda r: r["failure"]["history"][0].update(colour="red"),
    "a negative count": lambda r: r["counts"].update(executions=-1),
    "a count that is no integer": lambda r: r["counts"].update(executions=1.5),
    "a sample that is no number": lambda r: r["series"][0].update(samples=["NaN"]),
    "a failure without its kind": lambda r: r["failure"].pop("kind"),
    "a number as configuration": lambda r: r["configuration"].update(threads=2),
    "an empty subject": lambda r: r.update(subject=""),
}
accepted = [name for name, change in wrong.items() if not refused(change)]
assert not accepted, f"the schema accepts {accepted}"
print(f"{len(records)} records valid, {len(wrong)} wrong ones refused")
