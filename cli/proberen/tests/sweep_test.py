"""`proberen ipc sweep` from outside. The files are forged: this is also a test of what their headers look like.

  sweep_test.py <proberen> [unittest arguments]
"""
import fcntl
import os
import pathlib
import re
import struct
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True  # the source folder stays as it is

from harness import CliTest  # noqa: E402

BOOT = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
NAMESPACE = os.stat("/proc/self/ns/pid").st_ino


def start_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])


class SweepTest(CliTest):
    def setUp(self):
        super().setUp()
        self.prefix = f"proberen.sweep-{os.getpid()}-"
        self.addCleanup(lambda: [path.unlink() for path in pathlib.Path("/dev/shm").glob(self.prefix + "*")])
        self.dead = subprocess.Popen(["true"])
        self.dead_start = start_of(self.dead.pid)
        self.dead.wait()

    def forge(self, name, pid, start, boot=BOOT, namespace=NAMESPACE, magic=b"proberen", version=1, token="forged"):
        """A name with owners, or, without a token, one that is to stay."""
        path = pathlib.Path("/dev/shm") / (self.prefix + name)
        owner = struct.pack("<40sQQii", boot.encode(), namespace, start, pid, 0)
        path.write_bytes(struct.pack("<8sIIQ40s", magic, version, 1, 136, token.encode()) + owner + struct.pack("<Q", 1))
        return path

    def swept(self, *words, status=0):
        """What is said of the forged files, as {name: word}; the rest of the line is not looked at."""
        lines = re.findall(rf"(?m)^(\w+) +/dev/shm/{re.escape(self.prefix)}(\S+): \S", self.run_cli("ipc", "sweep", *words, status=status).stdout)
        return {name: word for word, name in lines}

    def test_what_is_left_is_listed_and_goes_when_asked(self):
        left = [self.forge("dead", self.dead.pid, self.dead_start), self.forge("boot", os.getpid(), start_of(os.getpid()), boot="0" * 36),
                self.forge("before", self.dead.pid, self.dead_start, boot="0" * 36, token=""),
                self.forge("again", os.getpid(), start_of(os.getpid()) - 1)]
        expected = dict.fromkeys(["dead", "boot", "before", "again"], "left")
        self.assertEqual(self.swept(), expected)
        self.assertEqual(self.swept("--dry-run"), expected)
        self.assertTrue(all(path.exists() for path in left))
        self.assertEqual(self.swept("--remove"), dict.fromkeys(expected, "removed"))
        self.assertFalse(any(path.exists() for path in left))
        self.assertEqual(self.swept("--remove"), {})

    def test_what_is_to_stay_stays_whoever_made_it(self):
        names = [self.forge("maker-dead", self.dead.pid, self.dead_start, token=""), self.forge("maker-alive", os.getpid(), start_of(os.getpid()), token="")]
        self.assertEqual(self.swept("--remove"), dict.fromkeys(["maker-dead", "maker-alive"], "persists"))
        self.assertTrue(all(path.exists() for path in names))

    def test_what_has_an_owner_or_is_not_ours_stays(self):
        alive = self.forge("alive", os.getpid(), start_of(os.getpid()))
        shared = self.forge("shared", self.dead.pid, self.dead_start)
        container = self.forge("container", self.dead.pid, self.dead_start, namespace=1)
        strange = self.forge("strange", self.dead.pid, self.dead_start, magic=b"strange!")
        future = self.forge("future", self.dead.pid, self.dead_start, version=2)
        short = pathlib.Path("/dev/shm") / (self.prefix + "short")
        short.write_bytes(b"proberen")
        with open(shared, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            said = self.swept("--remove")
        self.assertEqual(said, {"alive": "owned", "shared": "owned", "container": "foreign", "strange": "foreign", "future": "foreign",
                                "short": "foreign"})
        self.assertTrue(all(path.exists() for path in (alive, shared, container, strange, future, short)))
        self.assertEqual(self.swept("--remove")["shared"], "removed")

    def test_a_name_cannot_command_the_terminal(self):
        for name in ("red\x1b[31m\n", "c1\u009b", "größe", "delete\x7f"):
            self.forge(name, self.dead.pid, self.dead_start)
        self.assertEqual(self.swept(), dict.fromkeys([r"red\x1b[31m\x0a", r"c1\xc2\x9b", "größe", r"delete\x7f"], "left"))

    @unittest.skipUnless(os.geteuid() == 0, "needs another user")
    def test_what_cannot_be_removed_is_told(self):
        self.forge("dead", self.dead.pid, self.dead_start).chmod(0o666)
        environment = self.environment()
        from harness import PROBEREN
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", PROBEREN, "ipc", "sweep", "--remove"]
        done = subprocess.run(command, env=environment, cwd="/", text=True, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^wrong .*dead: cannot be removed: ")

    def test_requests_that_are_wrong(self):
        self.refused("ipc")
        self.refused("ipc", "sweep", "--remove", "--dry-run")
        self.assertIn("did you mean '--remove'?", self.refused("ipc", "sweep", "--remov"))
        self.assertIn("Example", self.run_cli("ipc", "sweep", "--help", status=0).stdout)
        self.assertIn("sweep", self.run_cli("ipc", "--help", status=0).stdout)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: sweep_test.py <proberen>")
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
