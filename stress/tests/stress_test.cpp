// The stress method on subjects that are wrong in ways that each variant must see. Built in every variant that runs real threads.

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "proberen/ipc/initialize.hpp"
#include "proberen/lock.hpp"
#include "proberen/spec/robust_mutex.hpp"
#include "proberen/stress.hpp"
#include "proberen/subject.hpp"

namespace proberen {
namespace {

/// `go` does whatever it does, and returns nothing.
struct Anything {
  static std::vector<std::string> operations() { return {"go"}; }
  [[nodiscard]] std::vector<spec::Step<Anything>> step(const Call&, int) const { return {{Value(), *this}}; }
  [[nodiscard]] std::string key() const { return ""; }
};

struct Right {
  std::mutex mutex;
  int count = 0;
  void go() {
    const std::scoped_lock hold(mutex);
    ++count;
  }
};

struct Racy {
  int count = 0;
  void go() { ++count; }
};

/// The compiler must not see where a pointer goes, or it warns of what is wrong on purpose.
template <class T>
T* unknown(T* pointer) {
  asm volatile("" : "+r"(pointer));
  return pointer;
}
void release(const int* number) { delete unknown(number); }
void lose(const std::string* text) { unknown(text); }

struct UsedAfterFree {
  void go() {
    int* const number = unknown(new int(1));
    release(number);
    *static_cast<volatile int*>(number) = 2;
  }
};

struct Leaky {
  void go() { lose(new std::string(100, 'x')); }
};

struct Overflowing {
  volatile int number = 0x7fffffff;
  void go() { number = number + 1; }
};

struct Dying {
  std::atomic<int> calls{0};
  void go() {
    if (calls.fetch_add(1) == 40) std::raise(SIGKILL);
  }
};

struct Throwing {
  std::atomic<int> calls{0};
  void go() {
    if (calls.fetch_add(1) == 40) throw std::runtime_error("forty calls");
  }
};

/// The wake of the one that waits is lost.
struct Sleepy {
  std::atomic<std::uint32_t> word{0};
  void go() {
    if (word.fetch_add(1) == 100) NativePlatform::park(word, 101, kForever);
    while (word.load() >= 101) NativePlatform::park(word, word.load(), kForever);
  }
};

struct Broken {
  std::atomic<int> calls{0};
  void go() { ++calls; }
};

/// A counter for memory shared by processes, behind a lock or behind nothing.
template <bool kLocked>
struct SharedCounter {
  ipc::PlainLock lock;
  std::atomic<int> told{0};
  volatile int count = 0;
  void go() {
    if (kLocked) lock.lock();
    const int before = count;
    for (int i = 0; i < 20; ++i) NativePlatform::relax();
    count = before + 1;
    if (kLocked) lock.unlock();
    told.fetch_add(1);
  }
};

/// A lock for memory shared by processes: glibc's robust mutex, or one that stays held by the dead.
template <bool kRobust>
struct CrashLock {
  pthread_mutex_t mutex;
  CrashLock() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (kRobust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  std::string acquire() {
    if (pthread_mutex_lock(&mutex) != EOWNERDEAD) return "acquired";
    return "owner_died";
  }
  std::string mark_consistent() {
    const int error = pthread_mutex_consistent(&mutex);
    return error == 0 ? "ok" : "not_torn";
  }
  std::string release() { return pthread_mutex_unlock(&mutex) == 0 ? "ok" : "not_held"; }
};

/// A counter for memory shared by processes that leaves a process behind now and then.
struct Forking {
  std::atomic<int> calls{0};
  void go() {
    if (calls.fetch_add(1) % 4 != 3 || ::fork() != 0) return;
    ::prctl(PR_SET_NAME, "left behind");
    for (int i = 0; i < 30; ++i) ::usleep(100'000);
    ::_exit(0);
  }
};

/// Leaves memory behind that has no name.
struct Mapping {
  Mapping() { (void)::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); }
  void go() {}
};

/// Leaves a name behind.
struct Naming {
  std::atomic<int> calls{0};
  void go() {
    const std::string name = "/proberen-test-" + std::to_string(calls.fetch_add(1));
    ::close(::shm_open(name.c_str(), O_CREAT | O_RDWR, 0600));
    if (name.back() != '7') ::shm_unlink(name.c_str());
  }
};

constexpr const char* kBoth = "go | go";

PROBEREN_NAMED_SUBJECT("right", Right, Anything{}).operation("go", &Right::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("racy", Racy, Anything{}).operation("go", &Racy::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("used after free", UsedAfterFree, Anything{}).operation("go", &UsedAfterFree::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("leaky", Leaky, Anything{}).operation("go", &Leaky::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("overflowing", Overflowing, Anything{}).operation("go", &Overflowing::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("dying", Dying, Anything{}).operation("go", &Dying::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("throwing", Throwing, Anything{}).operation("go", &Throwing::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("sleepy", Sleepy, Anything{}).operation("go", &Sleepy::go).workload("both", kBoth);
PROBEREN_NAMED_SUBJECT("broken", Broken, Anything{})
    .operation("go", &Broken::go)
    .workload("both", kBoth)
    .invariant("no calls", [](Broken& object) { return object.calls.load() == 0; });
using Locked = SharedCounter<true>;
using Torn = SharedCounter<false>;
PROBEREN_NAMED_SUBJECT("locked", Locked, Anything{})
    .operation("go", &Locked::go)
    .workload("both", kBoth)
    .process_shared()
    .invariant("adds up", [](Locked& object) { return object.count == object.told.load(); });
PROBEREN_NAMED_SUBJECT("torn", Torn, Anything{})
    .operation("go", &Torn::go)
    .workload("both", kBoth)
    .process_shared()
    .invariant("adds up", [](Torn& object) { return object.count == object.told.load(); });

constexpr const char* kTurns = "acquire mark_consistent release acquire mark_consistent release | acquire mark_consistent release";
template <class T>
SubjectBuilder<T> crash_subject(const char* name) {
  return SubjectBuilder<T>(name, spec::RobustMutex{})
      .operation("acquire", &T::acquire)
      .operation("mark_consistent", &T::mark_consistent)
      .operation("release", &T::release)
      .workload("turns", "acquire mark_consistent release | acquire mark_consistent release")
      .process_shared()
      .crash_scenario("turns", kTurns);
}
[[maybe_unused]] const auto robust = crash_subject<CrashLock<true>>("robust");
[[maybe_unused]] const auto brittle = crash_subject<CrashLock<false>>("brittle");
PROBEREN_NAMED_SUBJECT("forking", Forking, Anything{})
    .operation("go", &Forking::go)
    .process_shared()
    .crash_scenario("some", "go go go | go go go");
PROBEREN_NAMED_SUBJECT("mapping", Mapping, Anything{})
    .operation("go", &Mapping::go)
    .process_shared()
    .crash_scenario("some", "go go go | go go go");
PROBEREN_NAMED_SUBJECT("naming", Naming, Anything{})
    .operation("go", &Naming::go)
    .process_shared()
    .crash_scenario("some", "go go go go go | go go go go go");

const Subject& named(const std::string& name) {
  for (const Subject& subject : subjects()) {
    if (subject.name == name) return subject;
  }
  throw std::logic_error("no subject " + name);
}

std::vector<Record> stress(const std::string& name, int milliseconds = 300, bool quick = false) {
  Request request;
  request.quick = quick;
  request.variant = PROBEREN_TEST_VARIANT;
  request.time = std::chrono::milliseconds(milliseconds);
  std::vector<Record> records;
  make_stress_method()->run(
      named(name), request, [&](Record record) { records.push_back(std::move(record)); }, [](std::string_view) {});
  return records;
}

Failure failure_of_first(const std::string& name) {
  const std::vector<Record> records = stress(name);
  EXPECT_FALSE(records.empty());
  EXPECT_TRUE(records.front().failure) << name << " passed: " << records.front().how;
  return records.front().failure.value_or(Failure());
}

const std::string kVariant = PROBEREN_TEST_VARIANT;

TEST(Stress, PassesWhatIsRight) {
  const std::vector<Record> records = stress("right");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].verdict, Verdict::kPass) << records[0].failure->message;
  EXPECT_GT(records[0].counts.at("operations"), 100u);
  EXPECT_GT(records[0].counts.at("histories"), 0u);
  EXPECT_FALSE(records[0].limits.empty());
}

TEST(Stress, TellsADeathAnExceptionAndABrokenInvariant) {
  EXPECT_EQ(failure_of_first("dying").kind, "crash");
  EXPECT_NE(failure_of_first("dying").message.find("Killed"), std::string::npos);
  EXPECT_EQ(failure_of_first("throwing").kind, "uncaught-exception");
  EXPECT_NE(failure_of_first("throwing").message.find("forty calls"), std::string::npos);
  EXPECT_EQ(failure_of_first("broken").kind, "invariant");
}

TEST(Stress, SeesThreadsThatAreBlockedForEver) { EXPECT_EQ(failure_of_first("sleepy").kind, "lost-wake-up"); }

TEST(Stress, SeesARaceWhereThreadSanitizerLooks) {
  if (kVariant != "tsan") return;
  const Failure failure = failure_of_first("racy");
  EXPECT_EQ(failure.kind, "data-race");
  EXPECT_NE(failure.location.find("stress_test.cpp:"), std::string::npos) << failure.location;
  EXPECT_FALSE(failure.details.empty());
}

TEST(Stress, SeesWrongMemoryWhereAddressSanitizerLooks) {
  if (kVariant != "asan") return;
  const Failure used = failure_of_first("used after free");
  EXPECT_EQ(used.kind, "use-after-free");
  EXPECT_NE(used.location.find("stress_test.cpp:"), std::string::npos) << used.location;
  EXPECT_EQ(failure_of_first("leaky").kind, "leak");
  const Failure overflow = failure_of_first("overflowing");
  EXPECT_EQ(overflow.kind, "undefined-behaviour");
  EXPECT_NE(overflow.location.find("stress_test.cpp:"), std::string::npos) << overflow.location;
}

TEST(Stress, StartsChildrenByEveryMethodOnOneObject) {
  if (kVariant != "native") return;
  const std::vector<Record> right = stress("locked", 1200);
  ASSERT_EQ(right.size(), 4u) << "threads, and three start methods";
  for (const Record& record : right) EXPECT_EQ(record.verdict, Verdict::kPass) << record.how;
  const std::vector<Record> wrong = stress("torn", 1200);
  for (std::size_t i = 1; i < wrong.size(); ++i) {
    ASSERT_TRUE(wrong[i].failure) << wrong[i].how;
    EXPECT_EQ(wrong[i].failure->kind, "invariant");
  }
}

/// Records of crash stress alone, one for each start method.
std::vector<Record> crash(const std::string& name, bool quick) {
  std::vector<Record> records = stress(name, 600, quick);
  std::erase_if(records, [](const Record& record) { return !record.configuration.contains("crashes"); });
  EXPECT_EQ(records.size(), 3u);
  return records;
}

TEST(Stress, KillsProcessesAndSeesWhetherTheirPeersGoOn) {
  if (kVariant != "native") return;
  for (const Record& record : crash("robust", true)) {
    EXPECT_EQ(record.verdict, Verdict::kPass) << record.failure->message;
    EXPECT_EQ(record.counts.at("kills"), 60u);
    EXPECT_GT(record.counts.at("kills inside a call"), 20u);
    EXPECT_EQ(record.counts.at("processes left"), 0u);
    EXPECT_EQ(record.counts.at("descriptors after"), record.counts.at("descriptors before"));
    EXPECT_EQ(record.counts.at("shared segments after"), record.counts.at("shared segments before"));
  }
  for (const Record& record : crash("brittle", false)) {
    ASSERT_TRUE(record.failure) << record.how;
    EXPECT_EQ(record.failure->kind, "lost-wake-up") << record.failure->message;
  }
}

TEST(Stress, SeesAProcessLeftBehind) {
  if (kVariant != "native") return;
  for (const Record& record : crash("forking", true)) {
    ASSERT_TRUE(record.failure) << record.how;
    EXPECT_EQ(record.failure->kind, "leak") << record.failure->message;
    EXPECT_NE(record.failure->message.find("a process goes on"), std::string::npos) << record.failure->message;
  }
}

TEST(Stress, SeesMemoryLeftBehind) {
  if (kVariant != "native") return;
  for (const Record& record : crash("mapping", true)) {
    ASSERT_TRUE(record.failure) << record.how;
    EXPECT_NE(record.failure->message.find("shared segments of memory before"), std::string::npos) << record.failure->message;
  }
}

TEST(Stress, SeesANameLeftBehind) {
  if (kVariant != "native") return;
  for (const Record& record : crash("naming", true)) {
    if (record.counts.contains("names not watched")) continue;
    ASSERT_TRUE(record.failure) << record.how;
    EXPECT_NE(record.failure->message.find("proberen-test-7 is left behind"), std::string::npos) << record.failure->message;
  }
}

}  // namespace
}  // namespace proberen

int main(int argc, char** argv) {
  proberen::ipc::initialize(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
