// SPDX-License-Identifier: BSD-3-Clause
#include "tune/samples.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <sstream>
#include <stdexcept>

namespace switchblas::tune {
namespace {

std::string names_line(const std::vector<Arm>& arms) {
  std::string line = "set,routine,flags,size1,size2,size3";
  for (const Arm& arm : arms) line += "," + arm.name;
  return line;
}

/// By routine and flags.
std::map<std::string, Subject> known_subjects() {
  std::map<std::string, Subject> known;
  for (const Subject& subject : make_subjects({})) {
    known[std::string(subject.routine()) + "," + subject.flags] = subject;
  }
  return known;
}

std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> words(1);
  for (const char c : line) {
    if (c == at) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

bool parse_timing(const std::string& word, Timing& timing) {
  if (word.empty()) return true;
  return std::sscanf(word.c_str(), "%lf;%lf;%d", &timing.ns, &timing.spread, &timing.rounds) == 3 &&
         timing.ns > 0;
}

}  // namespace

SampleFile::SampleFile(const std::filesystem::path& file, const std::string& conditions,
                       const std::vector<Arm>& arms)
    : arms_(arms.size()) {
  const std::string head = "# " + conditions;
  bool goes_on = false;
  if (std::ifstream in(file); in) {
    std::string first;
    std::string second;
    std::getline(in, first);
    std::getline(in, second);
    goes_on = first == head && second == names_line(arms);
    if (goes_on) read(in);
  }
  std::error_code error;
  if (!goes_on && std::filesystem::exists(file, error)) {
    started_over_ = true;
    std::filesystem::rename(file, file.string() + ".old", error);
  }
  out_.open(file, goes_on ? std::ios::app : std::ios::trunc);
  // A line that was cut off must not swallow the next one.
  out_ << (goes_on ? "\n" : head + "\n" + names_line(arms) + "\n") << std::flush;
  if (!out_) {
    throw std::runtime_error(file.string() + " cannot be written (" + strerror(errno) + ")");
  }
}

void SampleFile::read(std::istream& in) {
  const std::map<std::string, Subject> known = known_subjects();
  std::map<std::string, std::size_t> places;  // a shape that was measured again has its last times
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words = split(line, ',');
    if (words.size() != 6 + arms_) continue;
    const auto subject = known.find(words[1] + "," + words[2]);
    if (subject == known.end()) continue;
    Sample sample;
    sample.subject = subject->second;
    sample.held_out = words[0] == "score";
    bool good = true;
    for (std::size_t d = 0; d < 3; ++d) sample.sizes[d] = std::atoi(words[3 + d].c_str());
    for (std::size_t i = 0; i < arms_; ++i) {
      Timing timing;
      good = good && parse_timing(words[6 + i], timing);
      sample.timings.push_back(timing);
    }
    if (!good) continue;
    std::string key;
    for (std::size_t i = 0; i < 6; ++i) key += words[i] + ",";
    const auto [place, added] = places.try_emplace(key, found_.size());
    if (added) {
      found_.push_back(sample);
    } else {
      found_[place->second] = sample;
    }
  }
}

void SampleFile::append(const Sample& sample) {
  std::ostringstream line;
  line << (sample.held_out ? "score," : "tune,") << sample.subject.routine() << ','
       << sample.subject.flags;
  for (const int size : sample.sizes) line << ',' << size;
  for (const Timing& timing : sample.timings) {
    char text[80] = "";
    if (timing.ns > 0) {
      std::snprintf(text, sizeof text, "%.1f;%.4f;%d", timing.ns, timing.spread, timing.rounds);
    }
    line << ',' << text;
  }
  out_ << line.str() << '\n' << std::flush;
}

}  // namespace switchblas::tune
