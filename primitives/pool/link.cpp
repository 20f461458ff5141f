#include "primitives/pool/link.hpp"

#include <cstring>
#include <stdexcept>

#include <fcntl.h>

#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// Requests in flight for each worker: enough that it need not wait for the pool between tiny ones.
constexpr std::size_t kDepth = 128;
/// Of those that travel beside the stream: their packets never fill the socket, so the pool never waits for a worker.
constexpr std::uint64_t kMostBeside = 32;

std::string describe_failure(const std::string& answer) {
  try {
    AnswerReader<std::monostate>(answer).next();
  } catch (const TaskError& error) {
    return error.type() + ": " + error.what();
  }
  return "unknown";
}

}  // namespace

Link::Link(StartedWorker worker, std::int64_t quota)
    : process_(std::move(worker.process)), memory_(std::move(worker.memory)), socket_(std::move(worker.socket)), quota_(quota) {
  if (::fcntl(socket_.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("cannot set up a worker's socket");
}

bool Link::can_take(const Request& request) const {
  if (retiring() || in_flight_.size() >= kDepth) return false;
  if (request.arguments.size() > kInlineLimit && last_beside_ - finished_beside_ >= kMostBeside) return false;
  const std::size_t inline_size = request.arguments.size() > kInlineLimit ? 0 : request.arguments.size();
  return Ring::aligned(written_ + sizeof(TaskHeader) + inline_size) - free_from() <= kRingSize;
}

void Link::give(RequestPointer& request) {
  const std::string& bytes = request->arguments;
  TaskHeader header{request->task, request->count, static_cast<std::uint32_t>(bytes.size()), 0};
  if (bytes.size() > kInlineLimit) {
    header.beside = last_beside_ + 1;
    send_beside(bytes, header.beside);
    last_beside_ = header.beside;
  }
  const std::uint64_t begin = written_;
  const Ring ring(memory_->task_bytes);
  std::uint64_t end = ring.put(begin, &header, sizeof header);
  if (header.beside == 0) end = ring.put(end, bytes.data(), bytes.size());
  written_ = Ring::aligned(end);
  in_flight_.push_back({std::move(request), begin, header.beside});
  ++unoffered_;
  --quota_;
}

void Link::send_beside(const std::string& bytes, std::uint64_t number) {
  const SharedMemory memory = SharedMemory::create(bytes.size());
  std::memcpy(memory.data(), bytes.data(), bytes.size());
  const Descriptor descriptor = memory.duplicate_descriptor();
  const int passed = descriptor.get();
  const int error = send_packet(socket_.get(), {reinterpret_cast<const char*>(&number), sizeof number}, {}, {&passed, 1});
  // A worker that has died is not this request's error: it will be buried, and the request given to another.
  if (error != 0 && error != EPIPE && error != ECONNRESET) throw_error(error, "cannot send a task's arguments");
}

void Link::offer() {
  if (unoffered_ == 0) return;
  if (memory_->tasks.offer(std::exchange(unoffered_, 0))) wake();
}

void Link::wake() { send_packet(socket_.get(), {"w", 1}, {}, {}); }

std::vector<RequestPointer> Link::withdraw(std::uint32_t count) {
  std::vector<RequestPointer> requests(memory_->tasks.withdraw(count));
  for (auto place = requests.rbegin(); place != requests.rend(); ++place) {
    *place = std::move(in_flight_.back().request);
    written_ = in_flight_.back().begin;
    in_flight_.pop_back();
  }
  return requests;
}

void Link::collect(std::vector<Outcome>& outcomes) {
  const std::uint64_t end = memory_->answered.get();
  if (collected_ == end) return;
  while (collected_ != end) {
    AnswerHeader header{};
    std::uint64_t position = Ring(memory_->answer_bytes).take(collected_, &header, sizeof header);
    std::string answer;
    std::exception_ptr error;
    try {
      answer = read_answer(position, header);
    } catch (...) {
      error = std::current_exception();
    }
    collected_ = Ring::aligned(position);
    if (header.kind == AnswerHeader::Kind::kReady) {
      ready_ = true;
    } else if (header.kind == AnswerHeader::Kind::kInitializerFailed) {
      initializer_failure_ = describe_failure(answer);
    } else if (!in_flight_.empty()) {  // else it was given up before this came
      InFlight& first = in_flight_.front();
      if (first.beside != 0) finished_beside_ = first.beside;
      outcomes.push_back({std::move(first.request), std::move(answer), error});
      in_flight_.pop_front();
      finished_ = (finished_ + 1) & TaskWindow<SharedPlatform>::kMask;
    }
  }
  if (memory_->collected.advance(collected_)) wake();
}

std::string Link::read_answer(std::uint64_t& position, const AnswerHeader& header) {
  if (!header.beside) {
    std::string answer(header.size, '\0');
    position = Ring(memory_->answer_bytes).take(position, answer.data(), answer.size());
    return answer;
  }
  if (received_.empty()) receive();  // it was sent before the header was written
  if (received_.empty()) throw std::runtime_error("a worker's answer did not arrive: has this process no descriptors left?");
  const SharedMemory bytes = SharedMemory::map(std::move(received_.front()));
  received_.pop_front();
  return {static_cast<const char*>(bytes.data()), header.size};
}

Link::Remains Link::bury() {
  Remains remains;
  const bool running = memory_->tasks.begun() != finished_;
  for (InFlight& each : in_flight_) {
    if (running && !remains.running) {
      remains.running = std::move(each.request);
    } else {
      remains.waiting.push_back(std::move(each.request));
    }
  }
  in_flight_.clear();
  return remains;
}

void Link::stop() {
  if (stopped_) return;
  stopped_ = true;
  memory_->stop.store(1, std::memory_order_relaxed);
  wake();
}

void Link::receive() {
  for (;;) {
    char kind = 0;
    Packet packet = receive_packet(socket_.get(), {&kind, 1});
    if (packet.size == 0) return;
    for (Descriptor& descriptor : packet.descriptors) received_.push_back(std::move(descriptor));
  }
}

}  // namespace proberen::ipc::detail
