// Runs the registered checks, or those whose name contains the first argument. Exit code 1 if one
// fails.
#include <ATen/Parallel.h>

#include <cstdio>
#include <exception>
#include <string>

#include "check.h"

int main(int count, char** arguments) {
  at::set_num_threads(1);
  const std::string filter = count > 1 ? arguments[1] : "";
  int ran = 0, failed = 0;
  for (const auto& check : anagram::test::checks()) {
    if (check.name.find(filter) == std::string::npos) continue;
    ++ran;
    try {
      check.run();
      std::printf("ok    %s\n", check.name.c_str());
    } catch (const std::exception& error) {
      ++failed;
      std::printf("FAIL  %s\n      %s\n", check.name.c_str(), error.what());
    }
  }
  std::printf("%d checks, %d failed\n", ran, failed);
  return failed > 0 || ran == 0 ? 1 : 0;
}
