#include "binding/settings.h"

#include <cmath>
#include <sstream>

#include "binding/failure.h"

namespace anagram::binding {

namespace {

std::string text(double number) {
  std::ostringstream stream;
  stream.precision(15);
  stream << number;
  return stream.str();
}

std::string received(const Napi::Value& value) {
  if (value.IsUndefined()) return "undefined";
  if (value.IsNull()) return "null";
  if (value.IsNumber()) return text(value.As<Napi::Number>().DoubleValue());
  if (value.IsString()) return "'" + value.As<Napi::String>().Utf8Value() + "'";
  if (value.IsBoolean()) return value.As<Napi::Boolean>().Value() ? "true" : "false";
  return value.IsArray() ? "an array" : value.IsFunction() ? "a function" : "an object";
}

[[noreturn]] void refuse_value(const Napi::Value& value, const std::string& name,
                               const std::string& expected) {
  refuse(value.Env(), name + " must be " + expected + ", received " + received(value) + ".");
}

}  // namespace

double read_number(const Napi::Value& value, const std::string& name, double least, double most) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (std::isfinite(number) && number >= least && number <= most) return number;
  const bool open = most >= std::numeric_limits<double>::max();
  const bool any = least <= std::numeric_limits<double>::lowest();
  refuse_value(value, name,
               any    ? "a finite number"
               : open ? "a number of at least " + text(least)
                      : "a number from " + text(least) + " to " + text(most));
}

int64_t read_integer(const Napi::Value& value, const std::string& name, int64_t least,
                     int64_t most) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (number >= static_cast<double>(least) && number <= static_cast<double>(most) &&
      std::trunc(number) == number) {
    return static_cast<int64_t>(number);
  }
  refuse_value(value, name,
               "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

std::string read_word(const Napi::Value& value, const std::string& name) {
  if (!value.IsString()) refuse_value(value, name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

Settings::Settings(const Napi::Value& value, std::string path)
    : object_(value.IsObject() ? value.As<Napi::Object>() : Napi::Object()),
      path_(std::move(path)) {
  if (!value.IsObject()) refuse_value(value, path_, "an object");
}

bool Settings::flag(const char* name) const {
  const Napi::Value found = value(name);
  if (!found.IsBoolean()) refuse_value(found, path(name), "true or false");
  return found.As<Napi::Boolean>().Value();
}

int Settings::choice(const char* name, std::initializer_list<const char*> choices) const {
  const Napi::Value found = value(name);
  std::string expected;
  int position = 0;
  for (const char* choice : choices) {
    if (found.IsString() && found.As<Napi::String>().Utf8Value() == choice) return position;
    expected += (position++ == 0 ? "'" : " or '") + std::string(choice) + "'";
  }
  refuse_value(found, path(name), expected);
}

std::vector<double> Settings::numbers(const char* name, uint32_t count) const {
  const Napi::Value found = value(name);
  const bool fits = found.IsArray() && found.As<Napi::Array>().Length() == count;
  if (!fits) refuse_value(found, path(name), "an array of " + std::to_string(count) + " numbers");
  const auto array = found.As<Napi::Array>();
  std::vector<double> numbers;
  for (uint32_t i = 0; i < count; i++) {
    numbers.push_back(read_number(array.Get(i), path(name) + "[" + std::to_string(i) + "]",
                                  std::numeric_limits<double>::lowest()));
  }
  return numbers;
}

std::vector<std::string> Settings::words(const char* name) const {
  const Napi::Value found = value(name);
  if (!found.IsArray()) refuse_value(found, path(name), "an array of strings");
  const auto array = found.As<Napi::Array>();
  std::vector<std::string> words;
  for (uint32_t i = 0; i < array.Length(); i++)
    words.push_back(read_word(array.Get(i), path(name) + "[" + std::to_string(i) + "]"));
  return words;
}

std::map<std::string, double> Settings::numbers_by_name(const char* name, double least) const {
  const Settings inner = object(name);
  const Napi::Array keys = inner.object_.GetPropertyNames();
  std::map<std::string, double> numbers;
  for (uint32_t i = 0; i < keys.Length(); i++) {
    const std::string key = Napi::Value(keys.Get(i)).ToString().Utf8Value();
    numbers[key] = inner.number(key.c_str(), least);
  }
  return numbers;
}

std::vector<Settings> Settings::objects(const char* name) const {
  const Napi::Value found = value(name);
  if (!found.IsArray()) refuse_value(found, path(name), "an array of objects");
  const auto array = found.As<Napi::Array>();
  std::vector<Settings> objects;
  for (uint32_t i = 0; i < array.Length(); i++)
    objects.emplace_back(array.Get(i), path(name) + "[" + std::to_string(i) + "]");
  return objects;
}

}  // namespace anagram::binding
