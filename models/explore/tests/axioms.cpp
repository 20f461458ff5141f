#include "models/explore/tests/axioms.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace proberen::explore {
namespace {

constexpr int kMaxEvents = 32;

/// A relation on events as rows of bits.
struct Relation {
  std::array<std::uint32_t, kMaxEvents> rows{};

  [[nodiscard]] bool has(int a, int b) const { return ((rows[static_cast<std::size_t>(a)] >> b) & 1U) != 0; }
  void put(int a, int b) { rows[static_cast<std::size_t>(a)] |= 1U << b; }
};

Relation operator|(Relation a, const Relation& b) {
  for (std::size_t i = 0; i < kMaxEvents; ++i) a.rows[i] |= b.rows[i];
  return a;
}

Relation operator-(Relation a, const Relation& b) {
  for (std::size_t i = 0; i < kMaxEvents; ++i) a.rows[i] &= ~b.rows[i];
  return a;
}

Relation operator*(const Relation& a, const Relation& b) {
  Relation result;
  for (std::size_t i = 0; i < kMaxEvents; ++i) {
    for (int j = 0; j < kMaxEvents; ++j) {
      if (((a.rows[i] >> j) & 1U) != 0) result.rows[i] |= b.rows[static_cast<std::size_t>(j)];
    }
  }
  return result;
}

Relation identity(int size) {
  Relation result;
  for (int i = 0; i < size; ++i) result.put(i, i);
  return result;
}

Relation plus(Relation a) {
  for (std::size_t k = 0; k < kMaxEvents; ++k) {
    for (std::size_t i = 0; i < kMaxEvents; ++i) {
      if (((a.rows[i] >> k) & 1U) != 0) a.rows[i] |= a.rows[k];
    }
  }
  return a;
}

bool irreflexive(const Relation& a) {
  for (int i = 0; i < kMaxEvents; ++i) {
    if (a.has(i, i)) return false;
  }
  return true;
}

enum class Type : std::uint8_t { kRead, kWrite, kFence };

struct Node {
  Type type = Type::kRead;
  int thread = 0;
  int location = -1;
  Order order = Order::kRelaxed;
  const Instruction* instruction = nullptr;
  int read = -1;    ///< of the write of a read-modify-write: its read
  int source = -1;  ///< of a read: the write, or -1 for the initial value
  int value = 0;
};

bool acquiring(Order order) { return order == Order::kAcquire || order == Order::kAcqRel || order == Order::kSeqCst; }
bool releasing(Order order) { return order == Order::kRelease || order == Order::kAcqRel || order == Order::kSeqCst; }

Order for_read(Order order) { return order == Order::kAcqRel ? Order::kAcquire : order == Order::kRelease ? Order::kRelaxed : order; }
Order for_write(Order order) { return order == Order::kAcqRel ? Order::kRelease : order == Order::kAcquire ? Order::kRelaxed : order; }

class Counter {
 public:
  Counter(const Program& program, MemoryModel model) : program_(program), model_(model) {}

  std::uint64_t count() {
    for (const auto& thread : program_) {
      for (const Instruction& instruction : thread) cases_ += instruction.op == Op::kCas ? 1 : 0;
    }
    for (unsigned outcomes = 0; outcomes < (1U << cases_); ++outcomes) {
      build(outcomes);
      choose_sources(0);
    }
    return count_;
  }

 private:
  void add(Node node, int thread) {
    node.thread = thread;
    nodes_.push_back(node);
  }

  void build(unsigned outcomes) {
    nodes_.clear();
    swaps_.clear();
    int which = 0;
    for (std::size_t t = 0; t < program_.size(); ++t) {
      const int thread = static_cast<int>(t);
      for (const Instruction& i : program_[t]) {
        bool reads = i.op != Op::kStore && i.op != Op::kFence && i.op != Op::kUnlock;
        bool writes = i.op != Op::kLoad && i.op != Op::kFence && i.op != Op::kAwait && i.op != Op::kWait;
        Order order = i.op == Op::kLock ? Order::kAcquire : i.op == Op::kUnlock ? Order::kRelease : i.order;
        bool swaps = true;
        if (i.op == Op::kCas) swaps = writes = ((outcomes >> which++) & 1U) != 0;
        if (i.op == Op::kFence) add({Type::kFence, 0, -1, order, &i}, thread);
        if (reads) {
          const Order read_order = i.op == Op::kCas && !swaps ? i.on_failure : writes ? for_read(order) : order;
          add({Type::kRead, 0, i.location, read_order, &i}, thread);
        }
        if (writes) {
          Node node{Type::kWrite, 0, i.location, reads ? for_write(order) : order, &i};
          if (reads) node.read = static_cast<int>(nodes_.size()) - 1;
          add(node, thread);
        }
        if (reads) swaps_.push_back({static_cast<int>(nodes_.size()) - (writes ? 2 : 1), swaps});
      }
    }
  }

  [[nodiscard]] int size() const { return static_cast<int>(nodes_.size()); }

  void choose_sources(int at) {
    while (at < size() && nodes_[static_cast<std::size_t>(at)].type != Type::kRead) ++at;
    if (at == size()) {
      if (find_values()) choose_orders(0);
      return;
    }
    Node& read = nodes_[static_cast<std::size_t>(at)];
    for (int write = -1; write < size(); ++write) {
      if (write >= 0) {
        const Node& node = nodes_[static_cast<std::size_t>(write)];
        if (node.type != Type::kWrite || node.location != read.location) continue;
        if (node.thread == read.thread && write > at) continue;
      }
      read.source = write;
      choose_sources(at + 1);
    }
  }

  /// Values along program order and reads-from, which must be acyclic; false also where a value contradicts what was assumed of it.
  bool find_values() {
    porf_ = Relation{};
    po_ = Relation{};
    rf_ = Relation{};
    for (int a = 0; a < size(); ++a) {
      for (int b = a + 1; b < size(); ++b) {
        if (nodes_[static_cast<std::size_t>(a)].thread == nodes_[static_cast<std::size_t>(b)].thread) po_.put(a, b);
      }
      const Node& node = nodes_[static_cast<std::size_t>(a)];
      if (node.type == Type::kRead && node.source >= 0) rf_.put(node.source, a);
    }
    porf_ = plus(po_ | rf_);
    if (!irreflexive(porf_)) return false;
    std::vector<int> order(nodes_.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int a, int b) { return before(a) < before(b); });
    for (const int id : order) {
      Node& node = nodes_[static_cast<std::size_t>(id)];
      if (node.type == Type::kRead) node.value = node.source < 0 ? 0 : nodes_[static_cast<std::size_t>(node.source)].value;
      if (node.type == Type::kWrite) {
        const Instruction& i = *node.instruction;
        node.value = i.op == Op::kAdd      ? nodes_[static_cast<std::size_t>(node.read)].value + i.value
                     : i.op == Op::kTake   ? nodes_[static_cast<std::size_t>(node.read)].value - 1
                     : i.op == Op::kLock   ? 1
                     : i.op == Op::kUnlock ? 0
                                           : i.value;
      }
    }
    for (const auto& [read, swaps] : swaps_) {
      const Node& node = nodes_[static_cast<std::size_t>(read)];
      const Instruction& i = *node.instruction;
      if (i.op == Op::kCas && (node.value == i.expected) != swaps) return false;
      if (i.op == Op::kLock && node.value != 0) return false;
      if (i.op == Op::kTake && node.value <= 0) return false;
      if ((i.op == Op::kAwait || i.op == Op::kWait) && node.value != i.expected) return false;
    }
    return true;
  }
  [[nodiscard]] int before(int id) const {
    int count = 0;
    for (int other = 0; other < size(); ++other) count += porf_.has(other, id) ? 1 : 0;
    return count;
  }

  void choose_orders(int location) {
    constexpr int kLocations = 4;
    if (location == 0) co_ = Relation{};
    if (location == kLocations) {
      if (consistent()) ++count_;
      return;
    }
    std::vector<int> writes;
    for (int id = 0; id < size(); ++id) {
      const Node& node = nodes_[static_cast<std::size_t>(id)];
      if (node.type == Type::kWrite && node.location == location) writes.push_back(id);
    }
    const Relation saved = co_;
    do {
      co_ = saved;
      for (std::size_t a = 0; a < writes.size(); ++a) {
        for (std::size_t b = a + 1; b < writes.size(); ++b) co_.put(writes[a], writes[b]);
      }
      choose_orders(location + 1);
    } while (std::next_permutation(writes.begin(), writes.end()));
    co_ = saved;
  }

  bool consistent() {
    fr_ = Relation{};
    for (int read = 0; read < size(); ++read) {
      const Node& node = nodes_[static_cast<std::size_t>(read)];
      if (node.type != Type::kRead) continue;
      for (int write = 0; write < size(); ++write) {
        const Node& other = nodes_[static_cast<std::size_t>(write)];
        if (other.type != Type::kWrite || other.location != node.location) continue;
        if (node.source < 0 || co_.has(node.source, write)) fr_.put(read, write);
      }
    }
    const Relation fr_co = fr_ * co_;
    for (int write = 0; write < size(); ++write) {
      const int read = nodes_[static_cast<std::size_t>(write)].read;
      if (read < 0) continue;
      fr_.rows[static_cast<std::size_t>(read)] |= 1U << write;  // it is, where coherence holds
      if (fr_co.has(read, write) || !fr_.has(read, write)) return false;
    }
    const Relation eco = plus(rf_ | co_ | fr_);
    if (model_ == MemoryModel::kSc) return irreflexive(plus(po_ | rf_ | co_ | fr_)) && irreflexive(eco) && adjacent();
    const Relation hb = happens_before();
    if (!irreflexive(hb) || !irreflexive(hb * eco) || !irreflexive(eco) || !adjacent()) return false;
    return irreflexive(plus(psc(hb, eco)));
  }

  /// The write of a read-modify-write comes right after what its read reads.
  [[nodiscard]] bool adjacent() const {
    for (int write = 0; write < size(); ++write) {
      const int read = nodes_[static_cast<std::size_t>(write)].read;
      if (read < 0) continue;
      const int source = nodes_[static_cast<std::size_t>(read)].source;
      if (source >= 0 && !co_.has(source, write)) return false;
      for (int other = 0; other < size(); ++other) {
        const bool after = source < 0
                               ? nodes_[static_cast<std::size_t>(other)].type == Type::kWrite &&
                                     nodes_[static_cast<std::size_t>(other)].location == nodes_[static_cast<std::size_t>(write)].location
                               : co_.has(source, other);
        if (other != write && after && co_.has(other, write)) return false;
      }
    }
    return true;
  }

  [[nodiscard]] Relation only(bool (*holds)(const Node&)) const {
    Relation result;
    for (int id = 0; id < size(); ++id) {
      if (holds(nodes_[static_cast<std::size_t>(id)])) result.put(id, id);
    }
    return result;
  }

  /// From the read of a read-modify-write to its write.
  [[nodiscard]] Relation halves() const {
    Relation result;
    for (int write = 0; write < size(); ++write) {
      const int read = nodes_[static_cast<std::size_t>(write)].read;
      if (read >= 0) result.put(read, write);
    }
    return result;
  }

  [[nodiscard]] Relation happens_before() const {
    const Relation id = identity(size());
    const Relation rmw = halves();
    const Relation fence = only([](const Node& n) { return n.type == Type::kFence; });
    const Relation write = only([](const Node& n) { return n.type == Type::kWrite; });
    const Relation read = only([](const Node& n) { return n.type == Type::kRead; });
    const Relation release = only([](const Node& n) { return releasing(n.order) && n.type != Type::kRead; });
    const Relation acquire = only([](const Node& n) { return acquiring(n.order) && n.type != Type::kWrite; });
    const Relation rs = write * (id | plus(rf_ * rmw));
    const Relation sw = release * (id | (fence * po_)) * rs * rf_ * read * (id | (po_ * fence)) * acquire;
    return plus(po_ | sw);
  }

  [[nodiscard]] Relation psc(const Relation& hb, const Relation& eco) const {
    const Relation id = identity(size());
    const Relation sc = only([](const Node& n) { return n.order == Order::kSeqCst; });
    const Relation fence = only([](const Node& n) { return n.order == Order::kSeqCst && n.type == Type::kFence; });
    Relation same;
    for (int a = 0; a < size(); ++a) {
      for (int b = 0; b < size(); ++b) {
        const int la = nodes_[static_cast<std::size_t>(a)].location;
        const int lb = nodes_[static_cast<std::size_t>(b)].location;
        if (hb.has(a, b) && la == lb && la >= 0) same.put(a, b);
      }
    }
    // Strongly happens before: a read-modify-write is one operation, of which no half is sequenced before the other.
    const Relation apart = po_ - halves();
    const Relation scb = po_ | (apart * hb * apart) | same | co_ | fr_;
    const Relation maybe_hb = id | hb;
    const Relation base = (sc | (fence * maybe_hb)) * scb * (sc | (maybe_hb * fence));
    return base | (fence * (hb | (hb * eco * hb)) * fence);
  }

  const Program& program_;
  MemoryModel model_;
  int cases_ = 0;
  std::uint64_t count_ = 0;
  std::vector<Node> nodes_;
  std::vector<std::pair<int, bool>> swaps_;
  Relation po_, rf_, co_, fr_, porf_;
};

const char* name(Order order) {
  static constexpr std::array<const char*, 6> kNames = {"plain", "rlx", "acq", "rel", "acq_rel", "sc"};
  return kNames[static_cast<std::size_t>(order)];
}

}  // namespace

std::uint64_t count_executions(const Program& program, MemoryModel model) { return Counter(program, model).count(); }

std::string to_text(const Program& program) {
  static constexpr std::array<const char*, 10> kNames = {"load", "store", "add", "cas", "fence", "lock", "unlock", "await", "wait", "take"};
  std::string text;
  for (const auto& thread : program) {
    text += "thread:";
    for (const Instruction& i : thread) {
      text += std::string(" ") + kNames[static_cast<std::size_t>(i.op)] + "(" + std::string(1, static_cast<char>('w' + i.location)) + " " +
              name(i.order);
      if (i.op == Op::kCas) text += std::string("/") + name(i.on_failure) + " " + std::to_string(i.expected) + "->";
      if (i.op == Op::kAwait || i.op == Op::kWait) text += " " + std::to_string(i.expected);
      text += " " + std::to_string(i.value) + ");";
    }
    text += "\n";
  }
  return text;
}

}  // namespace proberen::explore
