// A long-lived thread on which libtorch work runs, in order: one for each model that is in use at
// the same time, and one for what belongs to no model. Why not AsyncWorker:
// docs/decisions/0002-engine-thread.md.
#pragma once

#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "binding/failure.h"

namespace anagram::binding {

// One promise and the work behind it.
class Job {
 public:
  explicit Job(Napi::Env env) : deferred_(Napi::Promise::Deferred::New(env)) {}
  virtual ~Job() = default;

  // Engine thread. Exceptions are kept for `settle`.
  void execute() noexcept;
  // JavaScript thread. Resolves or rejects the promise.
  void settle(Napi::Env env);
  // Instead of `execute`, for work that will not be done.
  void fail(Failure failure) { failure_ = std::move(failure); }
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  virtual void work() = 0;
  virtual Napi::Value result(Napi::Env env) = 0;

 private:
  Napi::Promise::Deferred deferred_;
  std::optional<Failure> failure_;
};

// `Work` runs on the engine thread and is destroyed there, with the tensors that it captured;
// `Result` turns what it returned into a JavaScript value.
template <class Work, class Result>
class LambdaJob : public Job {
 public:
  LambdaJob(Napi::Env env, Work work, Result result)
      : Job(env), work_(std::move(work)), result_(std::move(result)) {}

 protected:
  void work() override {
    Work work = std::move(*work_);
    work_.reset();
    value_.emplace(work());
  }
  Napi::Value result(Napi::Env env) override { return result_(env, *value_); }

 private:
  std::optional<Work> work_;
  Result result_;
  std::optional<std::invoke_result_t<Work&>> value_;
};

class Engine {
 public:
  Engine() = default;
  ~Engine() { stop(); }

  // Queues `work`; the promise settles on this JavaScript thread with what `result` makes of its
  // return value.
  template <class Work, class Result>
  Napi::Promise run(Napi::Env env, Work work, Result result) {
    return submit(
        env, std::make_unique<LambdaJob<Work, Result>>(env, std::move(work), std::move(result)));
  }

  // Lets go of `object` on the engine thread, so that a large free never holds up JavaScript.
  void release(std::shared_ptr<void> object);

  // Finishes the current job and joins the thread. Jobs still queued are dropped, or rejected with
  // `engine-stopped` by the overload that may call into JavaScript. Idempotent.
  void stop();
  void stop(Napi::Env env);

  // Intra-op threads of every engine in this process, from its next job on.
  static void set_threads(int count);
  static int threads();

 private:
  static void deliver(Napi::Env env, Napi::Function, Engine* engine, Job* job);
  using Delivery = Napi::TypedThreadSafeFunction<Engine, Job, deliver>;

  Napi::Promise submit(Napi::Env env, std::unique_ptr<Job> job);
  void start(Napi::Env env);
  void loop();
  void settle(Napi::Env env, Job& job);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::vector<std::shared_ptr<void>> released_;
  bool stopping_ = false;

  // JavaScript thread only.
  std::thread thread_;
  Delivery delivery_;
  size_t pending_ = 0;  // promises not yet settled; they, and nothing else, keep the process alive
};

// What one JavaScript context owns of this addon: instance data, on the heap, so that no static
// destructor ever runs under a busy engine thread.
struct Context {
  // For work that belongs to no model.
  std::shared_ptr<Engine> engine = std::make_shared<Engine>();
  // A model and its trainers stay on one of these. Shared with the handles, whose finalizers may
  // run after this is gone; an engine starts its thread with its first job.
  std::vector<std::shared_ptr<Engine>> model_engines;

  // The engine with the fewest models, so that two models train side by side; a new one as long as
  // every engine has a model and there are processors left.
  std::shared_ptr<Engine> engine_for_model();
  // Stops every engine, those that later models would have got too.
  void stop(Napi::Env env);
  bool stopped = false;

  Napi::FunctionReference model_class;
  Napi::FunctionReference trainer_class;
};

inline Context& context_of(Napi::Env env) { return *env.GetInstanceData<Context>(); }

}  // namespace anagram::binding
