/// ThreadSet: a set of threads of one execution, a bit for each.
///
/// Whether a thread is in it, and to put it in or take it out: O(1). size(), nth() and to go through it: O(threads in the set).
#pragma once

#include <cstdint>

#include "proberen/explore/types.hpp"

namespace proberen::explore {

class ThreadSet {
 public:
  constexpr ThreadSet() = default;
  /// As what `bits` has given: bit t tells of thread t.
  [[nodiscard]] static constexpr ThreadSet of_bits(Value bits) {
    return {static_cast<std::uint64_t>(bits), static_cast<std::uint64_t>(bits >> kWord)};
  }
  [[nodiscard]] constexpr Value bits() const { return Value{words_[1]} << kWord | words_[0]; }

  constexpr void add(ThreadId thread) { word_of(thread) |= bit(thread); }
  constexpr void remove(ThreadId thread) { word_of(thread) &= ~bit(thread); }

  [[nodiscard]] constexpr bool empty() const { return (words_[0] | words_[1]) == 0; }
  [[nodiscard]] constexpr bool contains(ThreadId thread) const { return (word_of(thread) & bit(thread)) != 0; }
  /// Whether the thread is in it, and no other one.
  [[nodiscard]] constexpr bool is_only(ThreadId thread) const {
    return (words_[0] | words_[1]) == bit(thread) && (thread < kWord ? words_[1] : words_[0]) == 0;
  }
  /// How many are in it. One by one: not every processor that this is compiled for counts bits.
  [[nodiscard]] constexpr unsigned size() const {
    unsigned count = 0;
    for (std::uint64_t word : words_) {
      for (; word != 0; word &= word - 1) ++count;
    }
    return count;
  }
  /// The lowest and the highest one, of a set that is not empty.
  [[nodiscard]] constexpr ThreadId first() const { return *begin(); }
  [[nodiscard]] constexpr ThreadId last() const {
    return words_[1] != 0 ? 2 * kWord - 1 - __builtin_clzll(words_[1]) : kWord - 1 - __builtin_clzll(words_[0]);
  }
  /// The one that has so many below it; there must be one.
  [[nodiscard]] constexpr ThreadId nth(unsigned below) const {
    for (std::uint64_t rest = words_[0]; rest != 0; rest &= rest - 1) {
      if (below-- == 0) return lowest(rest);
    }
    std::uint64_t rest = words_[1];
    for (; below > 0; --below) rest &= rest - 1;
    return kWord + lowest(rest);
  }

  /// Those of them of which `holds`, asked from the lowest to the highest, is true.
  template <class Holds>
  [[nodiscard]] constexpr ThreadSet where(const Holds& holds) const {
    return {where(words_[0], 0, holds), where(words_[1], kWord, holds)};
  }

  /// Those in both; those in the first alone.
  [[nodiscard]] friend constexpr ThreadSet operator&(ThreadSet a, ThreadSet b) {
    return {a.words_[0] & b.words_[0], a.words_[1] & b.words_[1]};
  }
  [[nodiscard]] friend constexpr ThreadSet operator-(ThreadSet a, ThreadSet b) {
    return {a.words_[0] & ~b.words_[0], a.words_[1] & ~b.words_[1]};
  }

  // ---- from the lowest to the highest: of the set as it was when the loop began

  struct End {};
  class Iterator {
   public:
    [[nodiscard]] constexpr ThreadId operator*() const { return first_of_word_ + lowest(rest_); }
    constexpr Iterator& operator++() {
      rest_ &= rest_ - 1;
      if (rest_ == 0) go_to_second();
      return *this;
    }
    [[nodiscard]] friend constexpr bool operator==(const Iterator& at, End /*end*/) { return at.rest_ == 0; }

   private:
    friend class ThreadSet;
    constexpr Iterator(std::uint64_t first, std::uint64_t second) : rest_(first), second_(second) {
      if (rest_ == 0) go_to_second();
    }
    constexpr void go_to_second() {
      rest_ = second_;
      second_ = 0;
      first_of_word_ = kWord;
    }

    std::uint64_t rest_;    ///< of the word that it is in; 0: this is the end
    std::uint64_t second_;  ///< the word to come; 0: none
    ThreadId first_of_word_ = 0;
  };
  [[nodiscard]] constexpr Iterator begin() const { return {words_[0], words_[1]}; }
  [[nodiscard]] constexpr End end() const { return {}; }

 private:
  static constexpr int kWord = 64;
  static_assert(kMaxThreads == 2 * kWord);

  constexpr ThreadSet(std::uint64_t first, std::uint64_t second) : words_{first, second} {}
  static constexpr unsigned index_of(ThreadId thread) { return static_cast<unsigned>(thread) / kWord; }
  static constexpr std::uint64_t bit(ThreadId thread) { return std::uint64_t{1} << (static_cast<unsigned>(thread) % kWord); }
  /// The place of the lowest bit, of which there must be one: it is not asked whether there is.
  static constexpr int lowest(std::uint64_t word) { return __builtin_ctzll(word); }
  constexpr std::uint64_t& word_of(ThreadId thread) { return words_[index_of(thread)]; }
  [[nodiscard]] constexpr const std::uint64_t& word_of(ThreadId thread) const { return words_[index_of(thread)]; }

  template <class Holds>
  [[nodiscard]] static constexpr std::uint64_t where(std::uint64_t word, ThreadId first, const Holds& holds) {
    std::uint64_t found = 0;
    for (std::uint64_t rest = word; rest != 0; rest &= rest - 1) {
      if (holds(first + lowest(rest))) found |= rest & (~rest + 1);
    }
    return found;
  }

  std::uint64_t words_[2] = {0, 0};
};

}  // namespace proberen::explore
