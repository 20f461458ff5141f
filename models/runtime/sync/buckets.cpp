#include "models/runtime/sync/buckets.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "models/runtime/presupposed.hpp"
#include "models/runtime/session.hpp"

namespace proberen::runtime {
namespace {

constexpr char kLetter = 'Q';

/// A futex, and what names its bucket.
using Member = std::pair<std::uintptr_t, std::uintptr_t>;
std::vector<Member> members;

void join(std::uintptr_t futex, std::uintptr_t other) {
  const std::uintptr_t bucket = bucket_of(futex);
  const std::uintptr_t old = bucket_of(other);
  for (const std::uintptr_t member : {futex, other}) {
    if (!shares_bucket(member)) members.emplace_back(member, member);
  }
  for (Member& member : members) {
    if (member.second == old) member.second = bucket;
  }
}

}  // namespace

void buckets_clear() { members.clear(); }

std::string buckets_text() {
  std::vector<std::uintptr_t> pairs;
  for (const auto& [futex, bucket] : members) pairs.insert(pairs.end(), {bucket, futex});
  return to_text(kLetter, pairs);
}

void buckets_parse(std::string& witness) {
  const std::vector<std::uintptr_t> pairs = take_addresses(kLetter, witness);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) join(pairs[i], pairs[i + 1]);
}

std::uintptr_t bucket_of(std::uintptr_t futex) {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.first == futex; });
  return found == members.end() ? futex : found->second;
}

bool shares_bucket(std::uintptr_t futex) {
  return std::any_of(members.begin(), members.end(), [&](const Member& member) { return member.first == futex; });
}

void note_one_bucket(std::uintptr_t futex, std::uintptr_t other) {
  join(futex, other);
  session->start_over();
}

}  // namespace proberen::runtime
