#include "primitives/tracker/registry.hpp"

#include <algorithm>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "primitives/named/named_file.hpp"

namespace proberen::ipc::detail {
namespace {

/// Whether somebody has the file locked, as every owner has.
bool is_held(const Resource& resource) {
  const Descriptor file = open_file(resource.path);
  return file && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

bool remove_exactly(const Resource& resource) noexcept {
  struct stat status {};
  if (::lstat(resource.path.c_str(), &status) != 0) return false;
  if (status.st_dev != resource.device || status.st_ino != resource.inode) return false;
  return ::unlink(resource.path.c_str()) == 0;
}

std::vector<Registry::Item>::iterator Registry::find(const Resource& resource) {
  return std::ranges::find(items_, resource, &Item::resource);
}

void Registry::intend(OwnerId owner, const Resource& resource) {
  auto item = find(resource);
  if (item == items_.end()) item = items_.insert(item, Item{resource, {}, false});
  if (std::ranges::find(item->owners, owner) == item->owners.end()) item->owners.push_back(owner);
}

void Registry::confirm(const Resource& resource) {
  if (const auto item = find(resource); item != items_.end()) item->confirmed = true;
}

void Registry::release(OwnerId owner, const Resource& resource) {
  const auto item = find(resource);
  if (item == items_.end() || std::erase(item->owners, owner) == 0 || !item->owners.empty()) return;
  remove_exactly(resource);
  items_.erase(item);
}

void Registry::forget(const Resource& resource) {
  if (const auto item = find(resource); item != items_.end()) items_.erase(item);
}

void Registry::end(OwnerId owner, pid_t pid) {
  std::erase_if(items_, [&](Item& item) {
    if (std::erase(item.owners, owner) == 0 || !item.owners.empty()) return false;
    const char* const path = item.resource.path.c_str();
    if (remove_exactly(item.resource)) {
      std::fprintf(stderr, "proberen: tracker: removed '%s', which process %d left behind\n", path, pid);
    } else if (item.confirmed) {
      std::fprintf(stderr, "proberen: tracker: '%s' of process %d was already removed\n", path, pid);
    }
    return true;
  });
}

void Registry::add_orphan(const Resource& resource) {
  if (find(resource) == items_.end()) items_.push_back(Item{resource, {}, true});
}

bool Registry::remove_orphans() {
  bool left = false;
  std::erase_if(items_, [&](const Item& item) {
    if (!item.owners.empty()) return false;
    const bool held = is_held(item.resource);
    if (!held) remove_exactly(item.resource);
    left |= held;
    return !held;
  });
  return left;
}

}  // namespace proberen::ipc::detail
