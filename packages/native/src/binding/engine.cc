#include "binding/engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <pthread.h>

#include <algorithm>

namespace anagram::binding {

namespace {

std::atomic<int> wanted_threads{0};  // 0: libtorch's own choice

// libtorch keeps the number per thread once that thread has computed something, so each engine
// applies it itself.
void apply_threads(int& applied) {
  const int wanted = wanted_threads.load();
  if (wanted == applied) return;
  at::set_num_threads(wanted);
  applied = wanted;
}

}  // namespace

void Job::execute() noexcept {
  try {
    work();
  } catch (...) {
    failure_ = describe_current_exception();
  }
}

void Job::settle(Napi::Env env) {
  if (failure_) {
    deferred_.Reject(to_error(env, *failure_).Value());
    return;
  }
  try {
    deferred_.Resolve(result(env));
  } catch (const Napi::Error& error) {
    deferred_.Reject(error.Value());
  } catch (...) {
    deferred_.Reject(to_error(env, describe_current_exception()).Value());
  }
}

void Engine::set_threads(int count) { wanted_threads = count; }

int Engine::threads() {
  const int wanted = wanted_threads.load();
  return wanted > 0 ? wanted : at::get_num_threads();
}

Napi::Promise Engine::submit(Napi::Env env, std::unique_ptr<Job> job) {
  Napi::Promise promise = job->promise();
  start(env);
  {
    std::lock_guard lock(mutex_);
    if (stopping_) {
      job->fail({"engine-stopped", "The addon was stopped; no more work is taken in this thread."});
    } else {
      if (pending_++ == 0) delivery_.Ref(env);
      queue_.push_back(std::move(job));
    }
  }
  if (job) {
    job->settle(env);
  } else {
    wake_.notify_one();
  }
  return promise;
}

void Engine::start(Napi::Env env) {
  if (stopping_ || thread_.joinable()) return;
  // Unbounded queue, calls never block: the engine cannot deadlock with a JavaScript thread that
  // waits in `stop`.
  delivery_ = Delivery::New(env, "anagram", 0, 1, this);
  delivery_.Unref(env);
  // Normal ends and workers; `process.exit` in the main thread runs no such hook, which is what
  // `stop` in the loader's exit handler is for. Registered after the thread-safe function, hence
  // run before that one closes.
  env.AddCleanupHook([](Engine* engine) { engine->stop(); }, this);
  thread_ = std::thread([this] { loop(); });
}

void Engine::loop() {
#ifdef __APPLE__
  pthread_setname_np("anagram-engine");
#else
  pthread_setname_np(pthread_self(), "anagram-engine");
#endif
  // Before anything computes here: threads of the OpenMP team inherit the mode from this one.
  // Moments of AdamW that have become denormal cost up to 1.7× otherwise.
  at::globalContext().setFlushDenormal(true);
  int threads = 0;
  std::vector<std::shared_ptr<void>> released;
  for (;;) {
    std::unique_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty() || !released_.empty(); });
      released.swap(released_);
      if (!stopping_ && !queue_.empty()) {
        job = std::move(queue_.front());
        queue_.pop_front();
      }
      if (!job && released.empty()) return;
    }
    released.clear();
    if (!job) continue;
    apply_threads(threads);
    job->execute();
    Job* done = job.release();
    // Closing: nobody will ask for the result, and the job may not touch JavaScript any more.
    if (delivery_.NonBlockingCall(done) != napi_ok) delete done;
  }
}

void Engine::deliver(Napi::Env env, Napi::Function, Engine* engine, Job* raw) {
  std::unique_ptr<Job> job(raw);
  if (env == nullptr || engine == nullptr) return;  // the context is being torn down
  engine->settle(env, *job);
}

void Engine::settle(Napi::Env env, Job& job) {
  if (--pending_ == 0) delivery_.Unref(env);
  job.settle(env);
}

void Engine::release(std::shared_ptr<void> object) {
  if (!object) return;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || !thread_.joinable()) return;  // freed here, on return
    released_.push_back(std::move(object));
  }
  wake_.notify_one();
}

void Engine::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Engine::stop(Napi::Env env) {
  stop();
  for (auto& job : std::exchange(queue_, {})) {
    job->fail({"engine-stopped", "The addon was stopped before this work began."});
    settle(env, *job);
  }
}

std::shared_ptr<Engine> Context::engine_for_model() {
  if (stopped) return engine;  // refuses, as a thread that starts during the exit would crash it
  const auto users = [](const auto& engine) { return engine.use_count(); };
  const auto idlest = std::ranges::min_element(model_engines, {}, users);
  if (idlest != model_engines.end()) {
    const bool unused = users(*idlest) == 1;
    const size_t processors = std::max(1U, std::thread::hardware_concurrency());
    if (unused || model_engines.size() >= processors) return *idlest;
  }
  return model_engines.emplace_back(std::make_shared<Engine>());
}

void Context::stop(Napi::Env env) {
  stopped = true;
  engine->stop(env);
  for (const auto& one : model_engines) one->stop(env);
}

}  // namespace anagram::binding
