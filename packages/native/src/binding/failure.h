// What went wrong, as data, so that it can travel from the engine thread to the JavaScript thread.
#pragma once

#include <napi.h>

#include <string>

namespace anagram::binding {

struct Failure {
  std::string
      code;  // `out-of-memory`, `invalid-argument`, `native-failure`, `disposed`, `engine-stopped`
  std::string message;
};

// The one catch ladder: describes the exception being handled. Call it inside a catch block.
Failure describe_current_exception();

// A JavaScript Error (TypeError for `invalid-argument`) whose `code` is the failure's.
Napi::Error to_error(Napi::Env env, const Failure& failure);

// Refuse what JavaScript handed over: code `invalid-argument`.
[[noreturn]] void refuse(Napi::Env env, const std::string& message);

// Runs `body`, which returns a promise; what it refuses becomes a rejection instead of a
// synchronous throw.
template <class Body>
Napi::Value promised(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const Napi::Error& error) {
    auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(error.Value());
    return deferred.Promise();
  }
}

}  // namespace anagram::binding
