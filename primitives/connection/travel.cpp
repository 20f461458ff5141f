// A connection on its way to another process.

#include <cstdint>
#include <iterator>

#include "primitives/connection/connection_end.hpp"
#include "primitives/connection/packet_transport.hpp"
#include "primitives/connection/ring_transport.hpp"
#include "primitives/connection/stream_transport.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/ipc/connection.hpp"

namespace proberen::ipc {
namespace detail {

std::unique_ptr<Transport> unpack_transport(TransportKind kind, std::vector<Descriptor>& descriptors) {
  const bool ring = kind == TransportKind::kRing || kind == TransportKind::kOtherRing;
  const std::size_t needed = ring ? 2 : 1;
  if ((!ring && kind != TransportKind::kPacket && kind != TransportKind::kStream) || descriptors.size() < needed)
    throw_error(EPROTO, "this is no connection");
  std::unique_ptr<Transport> transport;
  if (ring) {
    auto rings = std::make_shared<const Shared<Rings>>(Shared<Rings>::map(descriptors[1].duplicate()));
    transport = std::make_unique<RingTransport>(std::move(descriptors[0]), std::move(rings), std::move(descriptors[1]),
                                                kind == TransportKind::kRing ? 0 : 1);
  } else if (kind == TransportKind::kStream) {
    transport = std::make_unique<StreamTransport>(std::move(descriptors[0]));
  } else {
    transport = std::make_unique<PacketTransport>(std::move(descriptors[0]));
  }
  descriptors.erase(descriptors.begin(), descriptors.begin() + static_cast<std::ptrdiff_t>(needed));
  return transport;
}

}  // namespace detail

detail::ConnectionParcel Connection::pack() const {
  detail::ConnectionParcel parcel;
  if (!end_) return parcel;
  parcel = {.transport = static_cast<std::uint8_t>(end_->transport->kind()), .readable = end_->readable, .writable = end_->writable};
  parcel.descriptors = end_->transport->descriptors();
  const std::scoped_lock hold(end_->mutex);
  if (end_->kept.size() > 1) throw std::logic_error("a connection that keeps several messages for a retry cannot go to another process");
  if (end_->kept.empty()) return parcel;
  const Message& kept = end_->kept.front();
  parcel.keeps_message = true;
  parcel.kept_bytes = kept.bytes;
  for (const Descriptor& descriptor : kept.descriptors) parcel.descriptors.push_back(descriptor.get());
  return parcel;
}

Connection Connection::unpack(detail::ConnectionParcel parcel, std::vector<Descriptor> descriptors) {
  if (descriptors.empty()) return {};
  auto transport = detail::unpack_transport(static_cast<detail::TransportKind>(parcel.transport), descriptors);
  Connection connection(std::move(transport), parcel.readable, parcel.writable);
  if (parcel.keeps_message) connection.keep({std::move(parcel.kept_bytes), std::move(descriptors)});
  return connection;
}

void save(cereal::BinaryOutputArchive& archive, const Connection& connection) {
  const detail::ConnectionParcel parcel = connection.pack();
  archive(parcel.transport, parcel.readable, parcel.writable, parcel.keeps_message, parcel.kept_bytes);
  std::vector<int>& descriptors = dynamic_cast<detail::ArgumentWriter&>(archive).descriptors;
  archive(static_cast<std::uint32_t>(descriptors.size()), static_cast<std::uint32_t>(parcel.descriptors.size()));
  descriptors.insert(descriptors.end(), parcel.descriptors.begin(), parcel.descriptors.end());
}

void load(cereal::BinaryInputArchive& archive, Connection& connection) {
  detail::ConnectionParcel parcel;
  archive(parcel.transport, parcel.readable, parcel.writable, parcel.keeps_message, parcel.kept_bytes);
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  archive(first, count);
  std::vector<Descriptor>& all = dynamic_cast<detail::ArgumentReader&>(archive).descriptors;
  if (first > all.size() || count > all.size() - first) detail::throw_error(EPROTO, "a connection came without its descriptors");
  const auto begin = all.begin() + first;
  connection = Connection::unpack(std::move(parcel), {std::make_move_iterator(begin), std::make_move_iterator(begin + count)});
}

}  // namespace proberen::ipc
