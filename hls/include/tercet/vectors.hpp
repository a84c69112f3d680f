// SPDX-License-Identifier: Apache-2.0
// The vectors of a testbench: reads inputs, compares outputs, and prints what differs.
//
// They are two text files of integers, one vector a line: the inputs of the network, and its expected
// outputs. Several inputs or outputs of a network follow each other in the line.
#ifndef TERCET_VECTORS_HPP_
#define TERCET_VECTORS_HPP_

#include <cstddef>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace tercet {

class vectors {
 public:
  vectors(const char *inputs, const char *outputs)
      : input_name_(inputs), output_name_(outputs), inputs_(inputs), outputs_(outputs) {
    if (!inputs_) {
      broken(input_name_, "cannot be read");
    }
    if (!outputs_) {
      broken(output_name_, "cannot be read");
    }
  }

  /// Reads the next vector; false behind the last one, or when a file is broken.
  bool next() {
    if (broken_) {
      return false;
    }
    const bool more = line(inputs_, given_), wanted = line(outputs_, wanted_);
    if (more != wanted) {
      broken(more ? output_name_ : input_name_, "has fewer vectors than the other file");
    }
    place_ = 0;
    return more && wanted && ++count_ > 0;
  }

  /// Fills an input with the next elements of the vector.
  template <typename Values>
  void read(const char *name, Values &values) {
    fill(name, values);
  }

  /// Whether the vector has exactly as many inputs as were read, and all fit their types.
  bool complete() {
    std::string rest;
    if (!broken_ && given_ >> rest) {
      broken(input_name_, "has too many elements");
    }
    return !broken_;
  }

  /// Compares an output with the next expected elements.
  template <typename Values>
  void compare(const char *name, const Values &values) {
    place_ = 0;
    each(name, values);
  }

  /// The exit code of main: 0 if all elements are equal, 1 if one differs, 2 if a file is broken.
  int verdict() {
    if (!broken_ && compared_ == 0) {
      broken(input_name_, "has no vector");
    }
    if (broken_) {
      return 2;
    }
    std::cout << count_ << " vectors, " << compared_ << " elements compared, " << wrong_
              << " differ\n";
    return wrong_ == 0 ? 0 : 1;
  }

 private:
  static bool line(std::ifstream &from, std::istringstream &to) {
    std::string text;
    while (std::getline(from, text)) {
      if (text.find_first_not_of(" \t\r") != std::string::npos) {
        to.clear();
        to.str(text);
        return true;
      }
    }
    return false;
  }

  void broken(const std::string &file, const std::string &what) {
    if (!broken_) {
      std::cerr << file << ": " << what;
      if (count_ > 0) {
        std::cerr << ", vector " << count_ - 1;
      }
      std::cerr << "\n";
    }
    broken_ = true;
  }

  template <typename Value>
  void fill(const char *name, Value &value) {
    long long number = 0;
    if (broken_) {
      return;
    }
    if (!(given_ >> number)) {
      broken(input_name_, std::string("has too few integers for ") + name);
      return;
    }
    value = static_cast<Value>(number);
    if (static_cast<long long>(value) != number) {
      broken(input_name_, std::to_string(number) + " does not fit the type of " + name);
    }
  }
  template <typename Value, std::size_t N>
  void fill(const char *name, Value (&values)[N]) {
    for (std::size_t i = 0; i < N; ++i) {
      fill(name, values[i]);
    }
  }

  template <typename Value>
  void each(const char *name, const Value &value) {
    long long number = 0;
    if (broken_) {
      return;
    }
    if (!(wanted_ >> number)) {
      broken(output_name_, std::string("has too few integers for ") + name);
      return;
    }
    if (static_cast<long long>(value) != number && ++wrong_ == 1) {
      std::cout << "first wrong: " << name << " element " << place_ << " of vector " << count_ - 1
                << ": expected " << number << ", found " << static_cast<long long>(value) << "\n";
    }
    ++place_;
    ++compared_;
  }
  template <typename Value, std::size_t N>
  void each(const char *name, const Value (&values)[N]) {
    for (std::size_t i = 0; i < N; ++i) {
      each(name, values[i]);
    }
  }

  std::string input_name_, output_name_;
  std::ifstream inputs_, outputs_;
  std::istringstream given_, wanted_;
  long long count_ = 0, place_ = 0, compared_ = 0, wrong_ = 0;
  bool broken_ = false;
};

}  // namespace tercet

#endif  // TERCET_VECTORS_HPP_
