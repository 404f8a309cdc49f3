// Reads plain JavaScript objects field by field. Every refusal names the field's path, what was
// expected and what was received.
#pragma once

#include <napi.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace anagram::binding {

constexpr int64_t kLargestInteger = (int64_t{1} << 53) - 1;  // Number.MAX_SAFE_INTEGER
constexpr int64_t kLargestSize = std::numeric_limits<int32_t>::max();

int64_t read_integer(const Napi::Value& value, const std::string& name, int64_t least,
                     int64_t most = kLargestSize);
double read_number(const Napi::Value& value, const std::string& name, double least,
                   double most = std::numeric_limits<double>::max());
std::string read_word(const Napi::Value& value, const std::string& name);

class Settings {
 public:
  Settings(const Napi::Value& value, std::string path);

  Napi::Value value(const char* name) const { return object_.Get(name); }
  std::string path(const char* name) const { return path_ + "." + name; }

  int64_t integer(const char* name, int64_t least, int64_t most = kLargestSize) const {
    return read_integer(value(name), path(name), least, most);
  }
  double number(const char* name, double least,
                double most = std::numeric_limits<double>::max()) const {
    return read_number(value(name), path(name), least, most);
  }
  bool flag(const char* name) const;
  // Position in `choices` of the word found.
  int choice(const char* name, std::initializer_list<const char*> choices) const;
  std::vector<double> numbers(const char* name, uint32_t count) const;
  std::string word(const char* name) const { return read_word(value(name), path(name)); }
  std::vector<std::string> words(const char* name) const;
  // Numbers of at least `least` under any names.
  std::map<std::string, double> numbers_by_name(const char* name, double least) const;
  // False for null.
  bool has(const char* name) const { return !value(name).IsNull(); }
  std::vector<Settings> objects(const char* name) const;
  Settings object(const char* name) const { return {value(name), path(name)}; }
  Napi::Env env() const { return object_.Env(); }

 private:
  Napi::Object object_;
  std::string path_;
};

}  // namespace anagram::binding
