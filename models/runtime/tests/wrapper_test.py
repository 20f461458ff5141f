#!/usr/bin/env python3
"""What builds do with a compiler, done with the wrappers: wrapper_test.py <folder of the wrappers> <cc> <c++>"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

WRAPPERS, CC, CXX = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
FIRST = "#include <atomic>\n#include <thread>\nstd::atomic<int> x;\nint other();\nint main() { std::thread t([] { x = 1; }); t.join(); return other() - x; }\n"
OTHER = "int other() { return 1; }\n"


class Wrapper(unittest.TestCase):
    def setUp(self):
        self.keeper = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.keeper.name) / "a folder"
        self.folder.mkdir()
        (self.folder / "first.cpp").write_text(FIRST)
        (self.folder / "other file.cpp").write_text(OTHER)

    def tearDown(self):
        self.keeper.cleanup()

    def call(self, *arguments, wrapper="proberen-c++", status=0):
        environment = {**os.environ, "PROBEREN_CC": CC, "PROBEREN_CXX": CXX}
        done = subprocess.run([WRAPPERS / wrapper, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stderr)
        return done

    def explored(self, program):
        done = subprocess.run([self.folder / program], env={**os.environ, "PROBEREN_EXPLORE": ""}, capture_output=True, text=True)
        self.assertIn("pass, complete", done.stderr)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(subprocess.run([self.folder / program]).returncode, 0)

    def test_compiles_and_links_in_one(self):
        self.call("-std=c++20", "-Wall", "first.cpp", "other file.cpp", "-o", "program", "-pthread")
        self.explored("program")

    def test_writes_a_out(self):
        self.call("-std=c++20", "first.cpp", "other file.cpp")
        self.explored("a.out")

    def test_compiles_links_objects(self):
        self.call("-std=c++20", "-c", "first.cpp", "-o", "first.o")
        self.call("-c", "other file.cpp", "-MMD", "-MF", "other.d")
        self.assertTrue((self.folder / "other.d").exists())
        self.call("first.o", "other file.o", "-o", "program")
        self.explored("program")

    def test_links_objects_of_other_compilers(self):
        subprocess.run([CXX, "-c", "other file.cpp", "-o", "plain.o"], cwd=self.folder, check=True)
        self.call("-std=c++20", "first.cpp", "plain.o", "-o", "program")
        self.explored("program")

    def test_links_with_the_user_naming_libraries(self):
        self.call("-std=c++20", "-c", "first.cpp", "other file.cpp")
        self.call("first.o", "other file.o", "-lstdc++", "-lm", "-lpthread", "-lc", "-o", "program", wrapper="proberen-cc")
        self.explored("program")

    def test_writes_the_files_that_the_compiler_writes(self):
        (self.folder / "other.c").write_text('#include "header.h"\nint main(void) { return X; }\n')
        (self.folder / "header.h").write_text("#define X 0\n")
        (self.folder / "more").mkdir()
        for command in ("other.c -MMD -o program", "other.c -MD -MP -MT x -MF x.d -o program", "other.c -Wp,-MMD,x.d", "-save-temps other.c -o program",
                        "-save-temps=obj other.c -o more/program", "--coverage other.c -o program", "-fprofile-arcs -ftest-coverage other.c -o program",
                        "-gsplit-dwarf other.c -o program", "-c -gsplit-dwarf other.c", "-flto other.c -o program", "header.h",
                        "-x c-header header.h -o more/header.h.gch", "-E other.c -o x.i", "-S other.c", "-M other.c -MF x.d", "-MM other.c", "-fsyntax-only other.c",
                        "-### other.c", "-r other.c -o x.o", "-shared -fPIC other.c -o x.so", "-fsanitize=undefined other.c", "-Wall -Wextra -Werror other.c",
                        "-Werror -c other.c", "-no-pie other.c", "-march=native -Ofast other.c -o program", "other.c -Wl,-Map,x.map -s", "-static-libgcc other.c",
                        "-fno-lto other.c", "-pipe -Og -g3 other.c", "-dumpversion", "--version", "-print-search-dirs", "-print-file-name=libc.so",
                        "--help", "", "nothing.c"):
            made = []
            for compile in (lambda *arguments: subprocess.run([CC, *arguments], cwd=self.folder, capture_output=True, text=True),
                            lambda *arguments: self.call(*arguments, wrapper="proberen-cc", status=None)):
                before = set(self.folder.rglob("*"))
                done = compile(*command.split())
                for program in ("program", "a.out", "more/program"):
                    if (self.folder / program).exists():
                        if made:
                            self.explored(program)
                        subprocess.run([self.folder / program], cwd=self.folder, check=True)
                files = set(self.folder.rglob("*")) - before
                made.append((done.returncode, done.stdout if "print" in command else "", {str(file) for file in files}))
                for file in files:
                    file.unlink()
            self.assertEqual(made[0], made[1], command)

    def test_uses_its_own_precompiled_headers(self):
        (self.folder / "header.hpp").write_text(FIRST)
        self.call("-std=c++20", "-Winvalid-pch", "-Werror", "-x", "c++-header", "header.hpp", "-o", "header.hpp.gch")
        (self.folder / "header.hpp").write_text("#error not the precompiled one\n")
        os.utime(self.folder / "header.hpp", (0, 0))
        if "clang" in CC:
            return  # which looks whether the header has changed
        self.call("-std=c++20", "-Winvalid-pch", "-Werror", "-include", "header.hpp", "other file.cpp", "-o", "program")
        self.explored("program")

    def test_takes_arguments_from_files(self):
        (self.folder / "inner").write_text("-std=c++20 'other file.cpp'\n-pthread")
        (self.folder / "outer").write_text("\"first.cpp\" @inner -o 'the program'\n")
        self.call("@outer")
        self.explored("the program")
        for refused in ("-static", "-m32", "-fsanitize=address"):
            (self.folder / "inner").write_text(f"'other file.cpp' {refused}\n")
            self.assertIn(f"leave out {refused}\n", self.call("@outer", status=2).stderr)
        (self.folder / "inner").write_text("-std=c++20 'other file.cpp' -fsanitize=thread,undefined\n")
        self.call("@outer")
        self.explored("the program")

    def test_explores_what_is_covered(self):
        (self.folder / "covered.c").write_text(
            "#include <pthread.h>\nint more(int a) { return a > 2 ? a + 1 : a - 1; }\n"
            "void* run(void* p) { for (int i = 0; i < 4; ++i) if (more(i) > 9) p = 0; return p; }\n"
            "int main(void) { pthread_t t, u; pthread_create(&t, 0, run, 0); pthread_create(&u, 0, run, 0); pthread_join(t, 0); return pthread_join(u, 0); }\n")
        for options in (["--coverage"], ["--coverage", "-pthread", "-O2"], *([["-fprofile-instr-generate"]] if "clang" in CC else [])):
            self.call(*options, "covered.c", "-o", "program", wrapper="proberen-cc")
            self.assertEqual(self.record("program", "").get("failure"), None, options)
        self.call("-fprofile-generate", "covered.c", wrapper="proberen-cc", status=2)

    def test_knows_exceptions_of_a_static_library(self):
        (self.folder / "throws.cpp").write_text("#include <thread>\nint main() {\n  std::thread t([] { throw 5; });\n  t.join();\n}\n")
        self.call("-static-libstdc++", "-static-libgcc", "throws.cpp", "-o", "program")
        failure = self.record("program", "")["failure"]
        self.assertEqual((failure["kind"], failure["message"]), ("uncaught-exception", "uncaught int"))

    def test_undefined_behaviour_fails(self):
        (self.folder / "undefined.c").write_text(
            "#include <pthread.h>\n#include <stdatomic.h>\natomic_int x;\nvoid* run(void* p) { return x = 1, p; }\n"
            "int main(void) {\n  pthread_t t;\n  pthread_create(&t, 0, run, 0);\n  int big = 2147483647;\n  big += x;\n  pthread_join(t, 0);\n  return big == 5;\n}\n")
        for options in ([], ["-fno-sanitize-recover=undefined"], ["-fsanitize-recover=undefined"]):
            self.call("-fsanitize=undefined", *options, "undefined.c", "-o", "program", wrapper="proberen-cc")
            failure = self.record("program", "")["failure"]
            self.assertEqual(failure["kind"], "crash")
            self.assertTrue(failure["location"].endswith("undefined.c:9"), failure["location"])

    def test_keeps_reads_that_nobody_uses(self):
        (self.folder / "reads.c").write_text(
            "#include <pthread.h>\nint x;\nvoid* one(void* p) { return x = 1, p; }\n__attribute__((noinline)) int pure(int* a) { return *a + 1; }\n"
            "void* other(void* p) {\n#ifdef CALLED\n  pure(&x);\n#else\n  int seen = x;\n#endif\n  return p;\n}\nint main(void) {\n  pthread_t t, u;\n"
            "  pthread_create(&t, 0, one, 0), pthread_create(&u, 0, other, 0);\n  pthread_join(t, 0), pthread_join(u, 0);\n  return 0;\n}\n")
        for options in ([], ["-O1"], ["-O2"], ["-DCALLED"]):
            self.call(*options, "reads.c", "-o", "program", wrapper="proberen-cc")
            if "clang" not in CC:  # that has no such options
                self.assertEqual(self.record("program", "")["failure"]["kind"], "data-race", options)

    def test_functions_without_a_return_come_back(self):
        (self.folder / "ends.cpp").write_text(
            "#include <pthread.h>\nint x;\nvoid* one(void*) { ++x; }\nint main() {\n  pthread_t t;\n  pthread_create(&t, 0, one, 0);\n"
            "  pthread_join(t, 0);\n  return x - 1;\n}\n")
        self.call("-w", "ends.cpp", "-o", "program")
        self.assertTrue(self.record("program", "")["complete"])

    def test_makes_shared_libraries(self):
        self.call("-shared", "-fPIC", "other file.cpp", "-o", "libother.so")
        self.call("-std=c++20", "first.cpp", "-L.", "-lother", "-Wl,-rpath,$ORIGIN", "-o", "program")
        self.explored("program")

    def test_puts_back_what_constructors_of_libraries_have_made(self):
        (self.folder / "other file.cpp").write_text("#include <vector>\nstd::vector<int> counts{0};\nint other() { return ++counts[0]; }\n")
        self.call("-shared", "-fPIC", "other file.cpp", "-o", "libother.so")
        self.call("-std=c++20", "first.cpp", "-L.", "-lother", "-Wl,-rpath,$ORIGIN", "-o", "program")
        self.explored("program")

    def test_puts_back_what_libraries_keep_that_are_not_instrumented(self):
        (self.folder / "other file.cpp").write_text("static int* count;\nint other() {\n  if (!count) count = new int(0);\n  return ++*count;\n}\n")
        self.plain("-shared", "-fPIC", "other file.cpp", "-o", "libother.so")
        self.call("-std=c++20", "first.cpp", "-L.", "-lother", "-Wl,-rpath,$ORIGIN", "-o", "program")
        self.explored("program")

    def test_preprocesses_and_assembles(self):
        self.assertIn("other", self.call("-E", "other file.cpp").stdout)
        self.call("-S", "first.cpp", "-std=c++20", "-o", "first.s")
        self.assertIn("__tsan_", (self.folder / "first.s").read_text())

    def test_answers_questions(self):
        self.assertTrue(self.call("--version").stdout)
        self.assertTrue(self.call("-dumpmachine").stdout)

    def test_reads_standard_input(self):
        environment = {**os.environ, "PROBEREN_CC": CC}
        done = subprocess.run([WRAPPERS / "proberen-cc", "-x", "c", "-", "-o", "program"], input="int main(void) { return 0; }", cwd=self.folder,
                              env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.explored("program")

    def test_sees_what_is_to_be_optimized_when_linked(self):
        (self.folder / "race.cpp").write_text("#include <thread>\nint x;\nint main() { std::thread t([] { x = 1; }); x = 2; t.join(); }\n")
        self.call("-std=c++20", "-O2", "-flto", "race.cpp", "-o", "in_one")
        self.call("-std=c++20", "-O2", "-flto", "-c", "race.cpp", "-o", "race.o")
        self.call("-O2", "-flto", "race.o", "-o", "in_two")
        for program in ("in_one", "in_two"):
            done = subprocess.run([self.folder / program], env={**os.environ, "PROBEREN_EXPLORE": ""}, capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("race", done.stderr)

    def test_sees_copies_of_known_size(self):
        for call in ("memcpy(to, from, 7)", "memmove(to, from, 24)", "memset(to, 1, 24)"):
            (self.folder / "race.c").write_text(
                "#include <pthread.h>\n#include <string.h>\nchar to[64], from[64];\nvoid* run(void* p) { return %s, p; }\n"
                "int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); to[3] = 2; return pthread_join(t, 0); }\n" % call)
            for options in (["-O1"], ["-Os"], ["-O2", "-D_FORTIFY_SOURCE=2"], ["-O2", "-Wp,-D_FORTIFY_SOURCE=2"]):
                self.call(*options, "race.c", "-o", "program", wrapper="proberen-cc")
                done = subprocess.run([self.folder / "program"], env={**os.environ, "PROBEREN_EXPLORE": ""}, capture_output=True, text=True)
                self.assertEqual(done.returncode, 1, (call, options, done.stderr))
                self.assertIn("race", done.stderr, (call, options))

    def test_sees_what_functions_on_strings_touch(self):
        (self.folder / "race.c").write_text(
            "#define _GNU_SOURCE\n#include <pthread.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <strings.h>\n"
            'char to[64] = "abc", from[64] = "abcdef", *volatile part = "z";\nvolatile long sink;\nvoid* run(void* p) { sink = (long)CALL; return p; }\n'
            "int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); WRITTEN[3] = 1; return pthread_join(t, 0); }\n")
        reading = ["strlen(from)", "strnlen(from, 9)", "strchr(from, 'e')", "strrchr(from, 'a')", "strstr(from, part)", "memchr(from, 'z', 9)",
                   "strcmp(from, to)", "strncmp(to, from, 9)", "memcmp(from, to, 9)", "puts(from)", "fputs(from, stdout)", "strdup(from)"]
        writing = ["strcpy(to, from)", "stpcpy(to, from)", "strncpy(to, part, 9)", "strcat(to, part)", "strncat(to, from, 2)", "mempcpy(to, from, 7)"]
        for written, calls in (("from", reading + writing[:2]), ("to", writing)):
            for call in calls:
                for options in [[], ["-D_FORTIFY_SOURCE=2"]][:1 + (call in writing)]:
                    self.call("-O2", *options, f"-DCALL={call}", f"-DWRITTEN={written}", "race.c", "-o", "program", wrapper="proberen-cc")
                    done = subprocess.run([self.folder / "program"], env={**os.environ, "PROBEREN_EXPLORE": ""}, capture_output=True, text=True)
                    self.assertEqual(done.returncode, 1, (call, written, options, done.stderr))
                    self.assertIn("race", done.stderr, (call, written, options))

    def test_refuses_what_cannot_be_explored(self):
        for option in ("-static", "-static-pie", "-m32", "-fsanitize=address", "-fsanitize=undefined,leak"):
            said = self.call(option, "first.cpp", status=2).stderr
            self.assertIn("be explored", said)
            self.assertIn(f"leave out {option}", said)
            self.assertEqual(len(said.splitlines()), 1)

    def test_says_what_the_compiler_says(self):
        (self.folder / "broken.cpp").write_text("int main( {}\n")
        self.assertIn("error", self.call("broken.cpp", status=1).stderr)

    def test_refuses_bad_options(self):
        self.call("-std=c++20", "first.cpp", "other file.cpp", "-o", "program")
        for options in ("nonsense=1", "seed=x", "model=tso", "search", "search=replay"):
            done = subprocess.run([self.folder / "program"], env={**os.environ, "PROBEREN_EXPLORE": options}, capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, options)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_budget_makes_it_inconclusive(self):
        (self.folder / "many.cpp").write_text(
            "#include <atomic>\n#include <thread>\nstd::atomic<int> x;\n"
            "int main() { std::thread a([] { ++x; ++x; ++x; }), b([] { ++x; ++x; ++x; }); a.join(); b.join(); }\n")
        self.call("-std=c++20", "many.cpp", "-o", "program")
        done = subprocess.run([self.folder / "program"], env={**os.environ, "PROBEREN_EXPLORE": "executions=2"}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("inconclusive", done.stderr)
        done = subprocess.run([self.folder / "program"], env={**os.environ, "PROBEREN_EXPLORE": "search=random executions=2000"}, capture_output=True, text=True)
        self.assertIn("pass (random, 2,000 executions, 20 distinct)", done.stderr)

    def test_instruments_whatever_else_is_said(self):
        (self.folder / "race.c").write_text(
            "#include <pthread.h>\nint x;\nvoid* run(void* p) { x = 1; return p; }\n"
            "int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); x = 2; return pthread_join(t, 0); }\n")
        clang = ["-fno-sanitize-thread-memory-access"] if "clang" in CC else []
        for option in ["-fno-sanitize=thread", "-fno-sanitize=all", *clang]:
            self.call(option, "race.c", "-o", "in_one", wrapper="proberen-cc")
            self.call(option, "-c", "race.c", "-o", "race.o", wrapper="proberen-cc")
            self.call(option, "race.o", "-o", "in_two", wrapper="proberen-cc")
            for program in ("in_one", "in_two"):
                self.assertEqual(self.record(program, "").get("failure", {}).get("kind"), "data-race", (option, program))

    def test_a_witness_knows_that_it_needs_spurious_wakeups(self):
        (self.folder / "wakes.c").write_text(
            "#include <assert.h>\n#include <pthread.h>\npthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;\npthread_cond_t condition = PTHREAD_COND_INITIALIZER;\nint told;\n"
            "void* run(void* p) { pthread_mutex_lock(&mutex); told = 1; pthread_cond_signal(&condition); pthread_mutex_unlock(&mutex); return p; }\n"
            "int main(void) {\n  pthread_t t;\n  pthread_mutex_lock(&mutex);\n  pthread_create(&t, 0, run, 0);\n  pthread_cond_wait(&condition, &mutex);\n"
            "  assert(told);\n  pthread_mutex_unlock(&mutex);\n  return pthread_join(t, 0);\n}\n")
        self.call("wakes.c", "-o", "wakes", wrapper="proberen-cc")
        self.explored("wakes")
        for options in ("", " model=sc"):
            failure = self.record("wakes", "spurious=1" + options)["failure"]
            again = self.record("wakes", f"search=replay witness={failure['witness']}{options}")
            self.assertEqual(again["failure"]["witness"], failure["witness"])
            self.assertEqual([limit for limit in again["limits"] if "for no reason" in limit], [])

    def test_says_which_swaps_never_fail_for_no_reason(self):
        (self.folder / "swaps.c").write_text(
            "#include <stdatomic.h>\natomic_int x;\nint main(void) { int old = 0; atomic_compare_exchange_weak(&x, &old, 1); return 0; }\n")
        self.call("swaps.c", "-o", "swaps", wrapper="proberen-cc")
        for options, said in (("", ["weak compare-and-swaps and condition waits never fail for no reason"]),
                              ("spurious=1", ["compare-and-swaps compiled by clang, which does not say which are weak, never fail for no reason"]
                               if "clang" in CC else [])):
            record = self.record("swaps", options)
            self.assertEqual([limit for limit in record["limits"] if "for no reason" in limit], said)
            self.assertEqual(record["counts"]["executions"], 2 if options and not said else 1)

    def record(self, program, options):
        file = self.folder / "record.jsonl"
        subprocess.run([self.folder / program], cwd=self.folder, env={**os.environ, "PROBEREN_EXPLORE": "record=record.jsonl " + options})
        record = json.loads(file.read_text())
        file.unlink()
        return record

    def unseen(self, program="program"):
        """What the record says of code that is not seen."""
        limits = self.record(program, "")["limits"]
        return [limit for limit in limits if any(word in limit for word in ("compiled with", "no_sanitize", "inline assembly", "annotations", "C library"))]

    def plain(self, *arguments):
        subprocess.run([CXX, *arguments], cwd=self.folder, check=True)

    def test_says_nothing_of_what_the_compiler_makes(self):
        (self.folder / "other file.cpp").write_text(
            "#include <cstdlib>\n#include <string>\nextern thread_local std::string text;\n"
            "int other() noexcept { return static_cast<int>((text + std::to_string(std::rand())).empty()) + 1; }\n")
        (self.folder / "third.cpp").write_text("#include <string>\nthread_local std::string text = std::string(3, 'x');\n")
        self.call("-std=c++20", "first.cpp", "other file.cpp", "third.cpp", "-o", "program")
        self.assertEqual(self.unseen(), [])

    def test_says_nothing_of_what_is_all_seen(self):
        self.call("-std=c++20", "first.cpp", "other file.cpp", "-o", "program")
        self.assertEqual(self.unseen(), [])
        self.call("-shared", "-fPIC", "other file.cpp", "-o", "libother.so")
        self.call("-std=c++20", "first.cpp", "-L.", "-lother", "-Wl,-rpath,$ORIGIN", "-o", "program")
        self.assertEqual(self.unseen(), [])

    def test_counts_the_functions_that_are_not_seen(self):
        (self.folder / "other file.cpp").write_text("int never() { return 2; }\n" + OTHER)
        self.plain("-c", "-O1", "other file.cpp", "-o", "plain.o")
        self.plain("-shared", "-fPIC", "other file.cpp", "-o", "libother.so")
        for arguments in (["plain.o"], ["-L.", "-lother", "-Wl,-rpath,$ORIGIN"]):
            self.call("-std=c++20", "first.cpp", *arguments, "-o", "program")
            (limit,) = self.unseen()
            self.assertTrue(limit.startswith("1 function that is called was not compiled with proberen-cc or proberen-c++"), limit)
            self.assertTrue(limit.endswith(": other()"), limit)

    def test_says_that_parts_of_local_variables_may_be_left_out(self):
        (self.folder / "local.c").write_text(
            "#include <pthread.h>\nstruct pair { long first, second; };\nvoid* write_second(void* p) { ((struct pair*)p)->second = 1; return 0; }\n"
            "int main(void) {\n  struct pair pair = {0, 0};\n  pthread_t t;\n  pthread_create(&t, 0, write_second, &pair);\n  pair.second = 2;\n"
            "  pthread_join(t, 0);\n  return pair.second == 7;\n}\n")
        self.call("local.c", "-o", "program", wrapper="proberen-cc")
        record = self.record("program", "")
        told = any("members and elements of local variables" in limit for limit in record["limits"])
        self.assertNotEqual(record["verdict"] == "fail", told, record)

    def test_takes_no_number_for_a_call(self):
        (self.folder / "other file.cpp").write_text(
            'extern "C" void beside();\nasm(".pushsection .text.beside, \\"ax\\"; .type beside, @function; beside: ret; .size beside, 1; .popsection");\n'
            'int calls;\nint other() {\n  ++calls;\n  int number;\n  asm volatile("movl $(beside - 1f), %0\\n1:" : "=r"(number));\n  return number != 0;\n}\n')
        self.call("-std=c++20", "first.cpp", "other file.cpp", "-o", "program")
        self.assertEqual(self.unseen(), [])

    def test_names_what_the_c_library_touches(self):
        for call, named in (("snprintf(text, 9, \"%d\", n)", "snprintf"), ("sscanf(text, \"%d\", &n)", "sscanf"), ("strlen(text)", None), ("getenv(text)", None)):
            (self.folder / "other file.cpp").write_text(
                f"#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nchar text[9];\nint n;\nint other() {{ return {call} ? 1 : 1; }}\n")
            self.call("-std=c++20", "first.cpp", "other file.cpp", "-o", "program")
            unseen = self.unseen()
            self.assertEqual([limit.rsplit(": ")[-1] for limit in unseen], [named] if named else [])

    def test_names_the_line_of_atomic_assembly(self):
        for assembly, seen in (('"mfence"', False), ('"lock orl $0, (%rsp)"', False), ('"lock xaddl %0, %1" : "+r"(a), "+m"(b)', False),
                               ('"lock incl %0" : "+m"(b)', False), ('"lock; addl $5, %0" : "+m"(b)', False),
                               ('"xchgl %0, %1" : : "r"(7), "m"(b) : "memory"', False), ('"xchgl %%eax, %%ebx" : : "m"(b) : "eax", "ebx"', True),
                               ('"lock cmpxchgq %1, %0" : "+m"(c) : "r"(c) : "rax"', False), ('"pause"', True), ('"" : "+m"(b)', True)):
            (self.folder / "other file.cpp").write_text(
                f"int a, b;\nlong c;\nint other() {{\n  ++a;\n  asm volatile({assembly});\n  ++b;\n  return 1;\n}}\n")
            self.call("-std=c++20", "first.cpp", "other file.cpp", "-o", "program")
            unseen = self.unseen()
            self.assertEqual(unseen == [], seen, (assembly, unseen))
            self.assertTrue(seen or unseen[0].endswith("other file.cpp:5"), unseen)

    def test_counts_the_functions_without_hooks(self):
        (self.folder / "other file.cpp").write_text(
            "static int z, y;\nconst int four = 4;\n#define UNHOOKED __attribute__((no_sanitize(\"thread\"), noinline))\n"
            "UNHOOKED int* touched() { return &y; }\nUNHOOKED void bare() { z += 1000; }\nUNHOOKED int pure(int a) { return a * four; }\n"
            "UNHOOKED void never() { y = 2; }\nint other() { return bare(), pure(*touched()) + 1; }\n")
        for options in ([], ["-O0"], ["-O2"], ["-fno-plt", "-fcf-protection"], ["--coverage"]):
            self.call("-std=c++20", *options, "first.cpp", "other file.cpp", "-o", "program")
            told = [limit for limit in self.record("program", "")["limits"] if "no_sanitize" in limit]
            self.assertEqual(told, ["1 function that is called touches static data without a hook, as with no_sanitize, and what it does is not seen: bare()"],
                             options)

    def test_says_nothing_of_wide_loads(self):
        (self.folder / "other file.cpp").write_text(
            "#include <atomic>\nstruct Pair { long first, second; };\nstd::atomic<Pair> pair;\nint other() { return pair.load().first + 1; }\n")
        for options in ([], ["-O2"], ["-O2", "-fno-plt"], ["-fcf-protection"]):
            self.call("-std=c++20", "-mcx16", *options, "first.cpp", "other file.cpp", "-latomic", "-o", "program")
            self.assertEqual(self.unseen(), [], options)

    def test_refuses_a_program_with_its_own_malloc(self):
        (self.folder / "own.c").write_text(
            "#include <stddef.h>\nstatic char pool[1 << 20];\nstatic size_t used;\nvoid* malloc(size_t size) { return pool + (used += size + 16) - size; }\n"
            "void free(void* p) { (void)p; }\nint main(void) { return !malloc(3); }\n")
        self.call("-fno-builtin", "own.c", "-o", "program", wrapper="proberen-cc")
        done = subprocess.run([self.folder / "program"], env={**os.environ, "PROBEREN_EXPLORE": ""}, capture_output=True, text=True)
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)
        self.assertIn("defines malloc() itself", done.stderr)

    def test_links_what_is_annotated_for_the_sanitizer(self):
        (self.folder / "other file.cpp").write_text(
            'extern "C" { void __tsan_acquire(void*); void __tsan_release(void*); int __tsan_mutex_pre_unlock(void*, unsigned); }\n'
            "int y;\nint other() {\n  __tsan_release(&y);\n  __tsan_acquire(&y);\n  return __tsan_mutex_pre_unlock(&y, 0);\n}\n")
        self.call("-std=c++20", "first.cpp", "other file.cpp", "-o", "program")
        (limit,) = self.unseen()
        self.assertIn("annotations for ThreadSanitizer", limit)

    def test_says_what_it_cannot_know(self):
        self.call("-std=c++20", "-g0", "first.cpp", "other file.cpp", "-o", "program")
        self.assertIn("without debug information", self.unseen()[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
