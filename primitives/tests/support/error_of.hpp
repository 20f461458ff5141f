/// What goes wrong in a call, as a value.
#pragma once

#include <system_error>

namespace proberen::test {

/// The code of the std::system_error that `call` throws; none when it throws nothing.
template <class Call>
std::error_code error_of(Call call) {
  try {
    call();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

}  // namespace proberen::test
