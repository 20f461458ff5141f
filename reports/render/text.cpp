#include "reports/render/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace proberen::render {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "…";

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

bool is_plain(char byte) { return byte >= ' ' && byte <= '~'; }

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  ///< 0: the text does not start with valid UTF-8
};

CodePoint first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  std::uint32_t value = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!continues(text[i])) return {};
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast[bytes] || value > 0x10FFFF || surrogate) return {};
  return {value, bytes};
}

bool is_harmless(std::uint32_t point) {
  const bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
  const bool turns_direction = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  return !control && !turns_direction && point != 0xFFFE && point != 0xFFFF;
}

/// The longest head of at most `most` bytes that ends between code points.
std::string_view head(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && continues(text[most])) --most;
  return text.substr(0, most);
}

std::string group_thousands(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t place = digits.size(); place > first + 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

}  // namespace

std::string clean(std::string_view text, std::size_t most_bytes) {
  std::string cleaned;
  while (!text.empty() && cleaned.size() <= most_bytes) {
    const auto plain = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    if (plain > 0) {
      cleaned += text.substr(0, std::min(plain, most_bytes + 1));
      text.remove_prefix(plain);
      continue;
    }
    const CodePoint point = first_of(text);
    if (point.bytes == 1 && (text[0] == '\n' || text[0] == '\t' || text[0] == '\r')) {
      cleaned += ' ';
    } else if (point.bytes > 0 && is_harmless(point.value)) {
      cleaned += text.substr(0, point.bytes);
    } else {
      cleaned += kReplacement;
    }
    text.remove_prefix(std::max<std::size_t>(point.bytes, 1));
  }
  if (cleaned.size() <= most_bytes) return cleaned;
  return std::string(head(cleaned, most_bytes - kEllipsis.size())).append(kEllipsis);
}

std::string whole_or_excuse(std::string_view text, std::size_t most_bytes) {
  if (text.size() > most_bytes) return fmt::format("({} bytes, too long for a report: read it in the record)", text.size());
  return clean(text, 3 * most_bytes);
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string fit(std::string_view text, std::size_t width) {
  const std::size_t wide = columns(text);
  if (wide <= width) return std::string(text).append(width - wide, ' ');
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (!continues(text[end]) && kept++ == width - 1) break;
  }
  return std::string(text.substr(0, end)).append(kEllipsis);
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  const auto finish = [&] {
    if (!line.empty()) lines.push_back(std::move(line));
    line.clear();
  };
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (!line.empty() && columns(line) + 1 + columns(word) > width) finish();
    while (columns(word) > width) {
      std::size_t bytes = 0;
      for (std::size_t kept = 0; bytes < word.size(); ++bytes) {
        if (!continues(word[bytes]) && kept++ == width) break;
      }
      lines.emplace_back(word.substr(0, bytes));
      word.remove_prefix(bytes);
    }
    if (!line.empty() && !word.empty()) line += ' ';
    line += word;
  }
  finish();
  if (lines.empty()) lines.emplace_back();
  return lines;
}

std::string number(double value) {
  if (!std::isfinite(value)) return "–";
  const double size = std::fabs(value);
  if (size >= 1e15) return fmt::format("{:.4g}", value);
  if (size >= 1000) return group_thousands(fmt::format("{:.0f}", value));
  return fmt::format("{:.4g}", value);
}

std::string number(std::size_t value) { return group_thousands(std::to_string(value)); }

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
  return number(count).append(" ").append(count == 1 ? one : many);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += separator;
    joined += part;
  }
  return joined;
}

bool Capped::add(std::string_view item) {
  const bool fits = left_out_ == 0 && items_ < most_items_ && text_.size() + item.size() <= most_bytes_;
  if (!fits) {
    ++left_out_;
    return false;
  }
  ++items_;
  text_ += item;
  return true;
}

std::string Capped::note() const {
  return left_out_ == 0 ? "" : fmt::format("and {} more, left out to keep this report small", number(left_out_));
}

}  // namespace proberen::render
