"""The schema accepts what render_junit() writes, and refuses what CI systems choke on.

junit_schema_test.py XMLLINT SCHEMA PROGRAM: PROGRAM writes JUnit files into the folder that it is given.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

xmllint, schema, program = sys.argv[1:]


def complaints(path):
    run = subprocess.run([xmllint, "--noout", "--huge", "--schema", schema, str(path)], capture_output=True, text=True, check=False)
    return run.stderr if run.returncode else ""


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run([program, name], check=True)
    files = sorted(folder.glob("*.xml"))
    assert len(files) > 5, "too few files"
    for file in files:
        assert not complaints(file), f"{file.name}: {complaints(file)[:2000]}"

    good = (folder / "mixed.xml").read_text(encoding="utf-8")
    case = re.search(r"<testcase .*?</testcase>", good, re.S)[0]
    wrong = {
        "a time that is NaN": lambda xml: re.sub(r'time="[^"]*"', 'time="NaN"', xml, count=1),
        "a time with an exponent": lambda xml: re.sub(r'time="[^"]*"', 'time="1e3"', xml, count=1),
        "a time below zero": lambda xml: re.sub(r'time="[^"]*"', 'time="-1.0"', xml, count=1),
        "a count that is no number": lambda xml: re.sub(r'tests="\d+"', 'tests="some"', xml, count=1),
        "a missing count": lambda xml: re.sub(r' errors="\d+"', "", xml, count=1),
        "an unknown element": lambda xml: xml.replace("<testcase ", "<stdout/><testcase ", 1),
        "an unknown attribute": lambda xml: xml.replace("<testcase ", '<testcase colour="red" ', 1),
        "a case without a name": lambda xml: re.sub(r'(<testcase classname="[^"]*") name="[^"]*"', r"\1", xml, count=1),
        "a case with an empty name": lambda xml: re.sub(r'(<testcase .*?) name="[^"]*"', r'\1 name=""', xml, count=1),
        "two cases of one name": lambda xml: xml.replace(case, case + case, 1),
        "a failure without its kind": lambda xml: re.sub(r'(<failure [^>]*?) type="[^"]*"', r"\1", xml, count=1),
        "a case that fails and is skipped": lambda xml: xml.replace("</failure>", '</failure><skipped message="m"/>', 1),
        "a suite without cases": lambda xml: re.sub(r"<testcase .*</testcase>", "", xml, count=1, flags=re.S),
        "no suites": lambda xml: re.sub(r"<testsuite .*</testsuite>", "", xml, flags=re.S),
        "a control character": lambda xml: xml.replace("deadlock", "dead\x01lock", 1),
    }
    for what, change in wrong.items():
        bad = change(good)
        assert bad != good, f"{what}: nothing was changed"
        path = folder / "wrong.xml"
        path.write_text(bad, encoding="utf-8")
        assert complaints(path), f"the schema accepts {what}"
print(f"{len(files)} files valid, {len(wrong)} wrong ones refused")
