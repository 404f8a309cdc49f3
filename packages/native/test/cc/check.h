// A minimal list of checks: CHECK_THAT("what holds", { … }) registers itself and main.cc runs it.
#pragma once

#include <c10/util/Exception.h>

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace anagram::test {

struct Check {
  std::string name;
  std::function<void()> run;
};

inline std::vector<Check>& checks() {
  static std::vector<Check> list;
  return list;
}

struct Register {
  Register(std::string name, std::function<void()> run) {
    checks().push_back({std::move(name), std::move(run)});
  }
};

// Throws with the parts of the message when `condition` does not hold.
template <class... Parts>
void expect(bool condition, const Parts&... parts) {
  if (condition) return;
  std::ostringstream message;
  static_cast<void>((message << ... << parts));
  throw std::runtime_error(message.str());
}

// `act` has to throw an error of libtorch that says `part`.
inline void expect_refusal(const std::function<void()>& act, const std::string& part) {
  std::string message;
  try {
    act();
  } catch (const c10::Error& error) {
    message = error.what_without_backtrace();
  }
  expect(message.find(part) != std::string::npos, "expected '", part, "', received '", message,
         "'");
}

}  // namespace anagram::test

#define ANAGRAM_JOIN_(a, b) a##b
#define ANAGRAM_JOIN(a, b) ANAGRAM_JOIN_(a, b)

// CHECK_THAT("what holds", { … });
#define CHECK_THAT(name, ...)                                                  \
  static const ::anagram::test::Register ANAGRAM_JOIN(registered_, __LINE__) { \
    name, []() __VA_ARGS__                                                     \
  }
