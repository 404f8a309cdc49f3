#include "binding/failure.h"

#include <c10/util/Exception.h>

#include <new>

namespace anagram::binding {

namespace {

// libtorch reports a failed allocation on the CPU as a plain c10::Error; only the allocator's name
// tells.
bool is_allocation_failure(const std::string& message) {
  return message.find("DefaultCPUAllocator") != std::string::npos ||
         message.find("can't allocate memory") != std::string::npos;
}

Failure from_c10(const c10::Error& error, const char* code) {
  std::string message = error.what_without_backtrace();
  return {is_allocation_failure(message) ? "out-of-memory" : code, std::move(message)};
}

}  // namespace

Failure describe_current_exception() {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    return from_c10(error, "out-of-memory");
  } catch (const c10::ValueError& error) {
    return from_c10(error, "invalid-argument");
  } catch (const c10::IndexError& error) {
    return from_c10(error, "invalid-argument");
  } catch (const c10::Error& error) {
    return from_c10(error, "native-failure");
  } catch (const std::bad_alloc&) {
    return {"out-of-memory", "The C++ heap could not grow any further."};
  } catch (const std::exception& error) {
    return {"native-failure", error.what()};
  } catch (...) {
    return {"native-failure", "An exception of unknown type was thrown in C++."};
  }
}

Napi::Error to_error(Napi::Env env, const Failure& failure) {
  Napi::Error error = failure.code == "invalid-argument"
                          ? static_cast<Napi::Error>(Napi::TypeError::New(env, failure.message))
                          : Napi::Error::New(env, failure.message);
  error.Set("code", Napi::String::New(env, failure.code));
  return error;
}

void refuse(Napi::Env env, const std::string& message) {
  throw to_error(env, {"invalid-argument", message});
}

}  // namespace anagram::binding
