#!/usr/bin/env python3
"""Explored with races, plain accesses are relaxed atomic ones: races_test.py <folder of the wrappers> <cc> [<c++>]

Random programs, each twice: with plain variables, races explored, and with relaxed atomics in their place, word by word. Their outcomes must be
the same. -O0, as compilers may merge plain accesses. PROBEREN_TEST_SEED is the seed of the first program (default: 1), PROBEREN_TEST_PROGRAMS
how many there are (default: 40).
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

WRAPPERS, CC = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
WORDS = ["x", "y", "s.a", "s.b", "t.a", "t.b"]

FRAME = """#include <proberen/explore.h>
#include <pthread.h>
#include <stdatomic.h>
struct pair {{ long a, b; }};
{variables}
{results}
{threads}
int main(void) {{
  void *(*const bodies[])(void *) = {{{names}}};
  pthread_t threads[3];
  for (int i = 0; i < {count}; ++i) pthread_create(&threads[i], 0, bodies[i], 0);
  for (int i = 0; i < {count}; ++i) pthread_join(threads[i], 0);
{observed}
  return 0;
}}
"""


class Plain:
    variables = "static long x, y;\nstatic struct pair s, t;"

    read = staticmethod(lambda word: word)
    write = staticmethod(lambda word, value: f"{word} = {value};")
    write_whole = staticmethod(lambda to, a, b: f"{{ struct pair both; both.a = {a}; both.b = {b}; {to} = both; }}")
    read_whole = staticmethod(lambda source, a, b: f"{{ struct pair both; both = {source}; {a} = both.a; {b} = both.b; }}")
    copy = staticmethod(lambda to, source: f"{to} = {source};")


class Atomic:
    variables = "static atomic_long x, y;\nstatic struct { atomic_long a, b; } s, t;"

    read = staticmethod(lambda word: f"atomic_load_explicit(&{word}, memory_order_relaxed)")
    write = staticmethod(lambda word, value: f"atomic_store_explicit(&{word}, {value}, memory_order_relaxed);")

    @classmethod
    def write_whole(cls, to, a, b):
        return cls.write(f"{to}.a", a) + " " + cls.write(f"{to}.b", b)

    @classmethod
    def read_whole(cls, source, a, b):
        return f"{a} = {cls.read(source + '.a')}; {b} = {cls.read(source + '.b')};"

    @classmethod
    def copy(cls, to, source):
        return f"{{ const long a = {cls.read(source + '.a')}, b = {cls.read(source + '.b')}; {cls.write_whole(to, 'a', 'b')} }}"


def statement(drawn, kind, result, results):
    """One statement; what it reads is in variables of its own, which are added to the results."""
    form, word, pair, value = drawn.randrange(6), drawn.choice(WORDS), drawn.choice("st"), drawn.choice([1, 2, 3])
    other = "t" if pair == "s" else "s"
    if form == 0:
        return kind.write(word, value)
    if form == 3:
        return kind.write_whole(pair, value, value + 4)
    if form == 5:
        return kind.copy(pair, other)
    results += [result] if form < 3 else [result + "a", result + "b"]
    if form == 1:
        return f"{result} = {kind.read(word)};"
    if form == 2:
        return f"{result} = {kind.read(word)}; {kind.write(word, f'{result} + {value}')}"
    return kind.read_whole(pair, result + "a", result + "b")


def program(seed, kind):
    drawn = random.Random(seed)
    count = drawn.choice([2, 2, 3])
    results, bodies = [], []
    for thread in range(count):
        length = drawn.choice([1, 2, 2, 3] if count == 2 else [1, 1, 2])
        bodies.append(" ".join(statement(drawn, kind, f"r{thread}{place}", results) for place in range(length)))
    return FRAME.format(
        variables=kind.variables, results="\n".join(f"static long {name};" for name in results), count=count,
        threads="\n".join(f"static void *thread_{i}(void *mine) {{ {body} return mine; }}" for i, body in enumerate(bodies)),
        names=", ".join(f"thread_{i}" for i in range(count)),
        observed="\n".join([f'  proberen_observe("{name}", {name});' for name in results] + [f'  proberen_observe("{word}", {kind.read(word)});' for word in WORDS]))


def explore(folder, text, options):
    """The verdict, and the outcomes where all executions were visited."""
    (folder / "program.c").write_text(text)
    subprocess.run([WRAPPERS / "proberen-cc", "-O0", "-g", "-w", folder / "program.c", "-o", folder / "program"], check=True,
                   env={**os.environ, "PROBEREN_CC": CC})
    record = folder / "record.json"
    subprocess.run([folder / "program"], env={**os.environ, "PROBEREN_EXPLORE": f"record={record} executions=20000 {options}"},
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    found = json.loads(record.read_text())
    record.unlink()
    return found["verdict"], frozenset(name for name in found["counts"] if name.startswith("outcome "))


def main():
    first = int(os.environ.get("PROBEREN_TEST_SEED", "1"))
    programs = int(os.environ.get("PROBEREN_TEST_PROGRAMS", "40"))
    wrong = compared = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in range(first, first + programs):
            plain = explore(folder, program(seed, Plain), "races=explore")
            atomic = explore(folder, program(seed, Atomic), "")
            if "inconclusive" in (plain[0], atomic[0]):
                continue
            compared += 1
            if plain != atomic:
                wrong += 1
                print(f"PROBEREN_TEST_SEED={seed}: {plain[0]}, with atomics {atomic[0]}; only plain: {sorted(plain[1] - atomic[1])}, "
                      f"only atomic: {sorted(atomic[1] - plain[1])}\n{program(seed, Plain)}")
    print(f"{programs} programs, from seed {first}; {compared} compared; {wrong} differ")
    return 1 if wrong or 2 * compared < programs else 0


if __name__ == "__main__":
    sys.exit(main())
