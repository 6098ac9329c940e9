// SPDX-License-Identifier: BSD-3-Clause
#include "tune/tuner.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "catalogue/routines.h"
#include "table/compile.h"
#include "table/flags.h"
#include "table/form.h"
#include "table/open.h"
#include "tune/fit.h"
#include "tune/load.h"
#include "tune/model.h"
#include "tune/samples.h"
#include "tune/session.h"
#include "tune/table_text.h"

namespace switchblas::tune {
namespace {

using backend::Kind;

// Shares of the budget, each from the end of the one before.
constexpr double kStreamEnd = 0.06, kFillEnd = 0.5, kRefineEnd = 0.76, kScoreEnd = 0.92,
                 kConfirmEnd = 0.96;
constexpr std::size_t kFillPoints[] = {40, 100, 250};  // of each subject, by its dimensions
constexpr int kCheckEach = 8;    // results of one in so many shapes are compared
constexpr int kCandidates = 16;  // of which the most uncertain is measured
constexpr std::size_t kNeighbours = 5;
// With fewer points for each dimension a routine is left to the next table.
constexpr std::size_t kFewestPoints = 6;
constexpr std::size_t kEnoughPoints = 400;  // with fewer, other types of a family help
constexpr std::size_t kManyPoints = 600;    // that a model is made from: it takes their cube
constexpr std::size_t kModelled[] = {60, 150, 200};   // of each subject, by its dimensions
constexpr std::size_t kFewestScored = 8;              // however little time is left
constexpr double kSettled = 0.01, kSettledNs = 20e6;  // uncertainty; what its sample counts more
constexpr double kMisfit = 0.15;
constexpr std::size_t kMisfitLooks = 100;
constexpr std::size_t kStreamCalls = 40;
constexpr std::size_t kFewestStreamCalls = 12;
// Waking a thread takes no longer; what is measured beyond that are other programs.
constexpr double kMostCharge = 60e3;
constexpr int kMixes = 8;  // policies of the first stream: random arms
constexpr double kLoss = 1.05;
constexpr int kConfirmRounds = 30;
constexpr int kMostDeaths = 30;

std::string stamp(const std::string& path) {
  struct stat file {};
  if (path.empty() || stat(path.c_str(), &file) != 0) return "none";
  return path + " " + std::to_string(file.st_size) + " " + std::to_string(file.st_mtim.tv_sec);
}

std::string today() {
  char date[16];
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::strftime(date, sizeof date, "%Y-%m-%d", &local);
  return date;
}

Form form_of(const Subject& subject) {
  Form form;
  const int index = table::find_routine(subject.routine());
  if (index < 0) return form;
  const catalogue::RoutineInfo& routine = catalogue::kRoutines[index];
  form.dims.emplace_back();
  for (const char* at = routine.dims; *at != '\0'; ++at) {
    if (*at == ',') {
      form.dims.emplace_back();
    } else {
      form.dims.back() += *at;
    }
  }
  table::Flag flags[table::kMaxFlags];
  const int count = table::flags_of(routine, flags);
  for (int i = 0; i < count; ++i) {
    if (flags[i].variant && form.flags.size() < subject.flags.size()) {
      form.flags.emplace_back(flags[i].name, flags[i].length);
    }
  }
  return form;
}

Point point_of(const Sample& sample) {
  Point point;
  for (int d = 0; d < sample.subject.dims(); ++d) {
    point.sizes.push_back(sample.sizes[static_cast<std::size_t>(d)]);
  }
  point.flags = sample.subject.flags;
  point.guess = guess_ns(sample.subject, sample.sizes);
  for (const Timing& timing : sample.timings) point.ns.push_back(timing.ns);
  return point;
}

/// What BLIS does not have, or does not run on threads.
bool is_sensible(const Family& family, const Arm& arm) {
  return arm.kind != Kind::blis || (family.level < 4 && (family.level == 3 || arm.threads == 1));
}

class OpenTable {
 public:
  explicit OpenTable(const std::string& bytes) : words_((bytes.size() + 7) / 8) {
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(words_.data()));
  }
  const table::Header& get() const {
    return *reinterpret_cast<const table::Header*>(words_.data());
  }

 private:
  std::vector<std::uint64_t> words_;  // aligned as a mapped file is
};

class Tuner {
 public:
  Tuner(const Request& request, const Report& report)
      : request_(request),
        report_(report),
        subjects_(make_subjects(request.selection)),
        begin_(now_ns()),
        session_(start_session()),
        blis_(has_blis()),
        arms_(make_arms(request.threads, request.threads == request.cores, blis_)),
        file_(request.samples, conditions(), arms_) {
    options_.stream_ns.assign(arms_.size(), 0);
    for (const Sample& sample : file_.found()) {
      (sample.held_out ? held_out_ : samples_[sample.subject.routine()]).push_back(sample);
      ++(sample.held_out ? scored_ : tuned_)[key_of(sample.subject)];
      ++outcome_.earlier;
    }
    if (file_.started_over()) {
      report_.warn(
          "the samples of the run before are of another machine, library, kernel or arms: "
          "this run starts over");
    }
    const Versions& found = session_->versions();
    outcome_.libraries = "OpenBLAS " + found.openblas + " " + found.openblas_kernel;
    if (blis_) outcome_.libraries += ", BLIS " + found.blis + " " + found.blis_kernel;
  }

  Outcome run() {
    try {
      if (arms_.size() > 1) measure_all();
    } catch (const Interrupted&) {
      outcome_.interrupted = true;
    }
    make_table();
    session_.reset();  // so that its time counts as ours
    outcome_.others = load_.others();
    for (std::size_t i = 0; i < arms_.size(); ++i) {
      outcome_.stream_ns.emplace_back(arms_[i].name, options_.stream_ns[i]);
    }
    return std::move(outcome_);
  }

 private:
  void measure_all() {
    measure_stream_charges();
    fill();
    refine();
    score();
    confirm();
    check_stream();
  }

  // --- the worker

  std::unique_ptr<Session> start_session() {
    try {
      return std::make_unique<Session>(request_.openblas, request_.blis);
    } catch (const WorkerDied& death) {
      if (request_.blis.path.empty()) throw;
      report_.warn(std::string("without BLIS, for with it the measuring process ") + death.what());
      return std::make_unique<Session>(request_.openblas, LibraryChoice{});
    }
  }

  /// The library sends no call to a BLIS that has only its generic kernels.
  bool has_blis() {
    const Versions& found = session_->versions();
    if (found.blis == "-" || found.blis.empty()) return false;
    if (found.blis_kernel != "generic") return true;
    report_.warn("BLIS has no kernels for this CPU: only OpenBLAS is measured");
    return false;
  }

  std::string conditions() const {
    const Versions& found = session_->versions();
    return "switchblas samples 1; " + request_.cpu_id + ", " + std::to_string(request_.cores) +
           " cores; OpenBLAS " + found.openblas + " " + found.openblas_kernel + " " +
           stamp(request_.openblas.path) +
           (blis_
                ? "; BLIS " + found.blis + " " + found.blis_kernel + " " + stamp(request_.blis.path)
                : "");
  }

  bool is_broken(const Subject& subject, const Arm& arm) const {
    return broken_.count({subject.routine(), arm.name}) != 0;
  }

  void give_up_on(const Subject& subject, const Arm& arm, const std::string& why) {
    if (!broken_.insert({subject.routine(), arm.name}).second) return;
    report_.warn(std::string(subject.routine()) + " on " + arm.name + " is left out: " + why);
    for (Sample& sample : samples_[subject.routine()]) {
      sample.timings[static_cast<std::size_t>(&arm - arms_.data())] = {};
    }
  }

  /// Times all arms of a shape. Where an arm's code kills the worker, without that arm.
  std::vector<Timing> times_of(const Subject& subject, const Sizes& sizes, int rounds) {
    while (true) {
      CaseRequest request{subject, sizes, {}, request_.sample_ns, rounds, false};
      std::vector<std::size_t> place;
      for (std::size_t i = 0; i < arms_.size(); ++i) {
        if (!is_sensible(*subject.family, arms_[i]) || is_broken(subject, arms_[i])) continue;
        place.push_back(i);
        request.arms.push_back(arms_[i]);
      }
      request.check = ++cases_ % kCheckEach == 0;
      std::vector<Timing> timings(arms_.size());
      if (place.empty()) return timings;
      try {
        const CaseAnswer answer = session_->run(request);
        for (std::size_t i = 0; i < place.size(); ++i) timings[place[i]] = answer.timings[i];
        for (const auto& [i, apart] : answer.differing) {
          char text[96];
          std::snprintf(text, sizeof text, "its result differs from %s's by %.0f roundings",
                        request.arms[0].name.c_str(), apart);
          give_up_on(subject, arms_[place[i]], text);
          timings[place[i]] = {};
        }
        return timings;
      } catch (const WorkerDied& death) {
        if (++deaths_ > kMostDeaths) throw;
        const int mark = death.mark();
        if (mark < 0 || mark >= static_cast<int>(place.size())) throw;
        give_up_on(subject, arms_[place[static_cast<std::size_t>(mark)]], death.what());
      }
    }
  }

  Sample measure(const Subject& subject, const Sizes& sizes, bool held_out, int rounds) {
    const double begin = now_ns();
    Sample sample{subject, sizes, times_of(subject, sizes, rounds), held_out};
    const double spent = now_ns() - begin;
    spent_[subject.family->name] += spent;
    spent_[subject.routine()] += spent;
    file_.append(sample);
    ++outcome_.measured;
    return sample;
  }

  // --- time

  double seconds() const { return (now_ns() - begin_) / 1e9; }
  double share() const { return seconds() / request_.budget; }

  bool goes_on(const char* phase, double end) const {
    if (interrupt_requested) throw Interrupted();
    report_.progress(phase, std::min(1., share()), std::max(0., request_.budget - seconds()));
    return share() < end;
  }

  static std::string key_of(const Subject& subject) {
    return std::string(subject.routine()) + " " + subject.flags;
  }

  /// The subject whose family, then routine, then flags have had the least, among those that are
  /// not done; null where all are.
  template <class Done>
  const Subject* next_subject(std::map<std::string, std::size_t>& counts, const Done& done) {
    const Subject* best = nullptr;
    const auto rank = [&](const Subject& s) {
      return std::tuple(spent_[s.family->name], spent_[s.routine()], counts[key_of(s)]);
    };
    for (const Subject& subject : subjects_) {
      if (!done(subject) && (best == nullptr || rank(subject) < rank(*best))) best = &subject;
    }
    return best;
  }

  // --- phases

  /// Calls of some microseconds of all kinds, for streams.
  std::vector<Sample> stream_samples() {
    std::vector<Sample> chosen;
    std::mt19937_64 random(5);
    for (int attempt = 0; attempt < 400 && chosen.size() < kStreamCalls; ++attempt) {
      const Subject& subject = subjects_[random() % subjects_.size()];
      const Sizes sizes = filling_point(subject, random() % 500, 300e3);
      const double guess = guess_ns(subject, sizes);
      if (guess < 500 || guess > 300e3) continue;
      if (!goes_on("what a change of arms costs", kStreamEnd / 2)) break;
      chosen.push_back(measure(subject, sizes, false, 3));
      samples_[subject.routine()].push_back(chosen.back());
    }
    return chosen;
  }

  void measure_stream_charges() {
    std::vector<Sample> chosen = stream_samples();
    std::erase_if(chosen, [](const Sample& sample) {
      return std::none_of(sample.timings.begin(), sample.timings.end(),
                          [](const Timing& timing) { return timing.ns > 0; });
    });
    if (chosen.size() < kFewestStreamCalls) return;
    std::mt19937_64 random(6);
    std::vector<StreamCall> calls;
    std::vector<std::vector<std::size_t>> arm_of;  // by call and policy
    for (const Sample& sample : chosen) {
      std::vector<std::size_t> present;
      for (std::size_t i = 0; i < arms_.size(); ++i) {
        if (sample.timings[i].ns > 0) present.push_back(i);
      }
      StreamCall call{sample.subject, sample.sizes, {}};
      arm_of.emplace_back();
      for (int policy = 0; policy < kMixes; ++policy) {
        arm_of.back().push_back(present[random() % present.size()]);
        call.arms.push_back(arms_[arm_of.back().back()]);
      }
      calls.push_back(call);
    }
    const double left = kStreamEnd * request_.budget - seconds();
    const StreamAnswer answer = stream(calls, std::max(0.1, left));
    std::vector<std::vector<double>> more(arms_.size());
    for (std::size_t p = 0; p < answer.singles.size(); ++p) {
      for (std::size_t c = 0; c < calls.size(); ++c) {
        const std::size_t arm = arm_of[c][p];
        if (answer.singles[p][c] <= 0) continue;
        more[arm].push_back(answer.singles[p][c] - chosen[c].timings[arm].ns);
      }
    }
    // Cold caches are the same for all: what counts is more than the simplest arm's.
    const double simplest = median(more[0]);
    for (std::size_t i = 1; i < arms_.size(); ++i) {
      options_.stream_ns[i] =
          more[i].empty() ? 0 : std::clamp(median(more[i]) - simplest, 0., kMostCharge);
    }
  }

  StreamAnswer stream(const std::vector<StreamCall>& calls, double seconds) {
    try {
      return session_->run(calls, seconds);
    } catch (const WorkerDied& death) {
      if (++deaths_ > kMostDeaths) throw;
      report_.warn(std::string("a mixed stream of calls ") + death.what());
      return {};
    }
  }

  void fill() {
    const auto done = [&](const Subject& s) {
      return tuned_[key_of(s)] >= kFillPoints[static_cast<std::size_t>(s.dims() - 1)];
    };
    while (goes_on("an even pass over all sizes", kFillEnd)) {
      const Subject* subject = next_subject(tuned_, done);
      if (subject == nullptr) return;
      take(*subject, filling_point(*subject, tuned_[key_of(*subject)], request_.max_ns));
    }
  }

  void refine() {
    std::mt19937_64 random(8 + outcome_.earlier);
    for (bool again = true; goes_on("where the decision is uncertain", kRefineEnd);
         again = !again) {
      const Subject* subject = next_subject(tuned_, [](const Subject&) { return false; });
      if (again && measure_misfit(subject->routine(), random)) continue;
      std::vector<Point> points;
      for (const Sample& sample : samples_[subject->routine()]) points.push_back(point_of(sample));
      Sizes chosen{};
      double most = -1;
      for (int i = 0; i < kCandidates; ++i) {
        const Sizes sizes = filling_point(*subject, 1000 + random() % 1000000, request_.max_ns);
        const Point at = point_of({*subject, sizes, {}, false});
        const double value = uncertainty(points, arms_, at, options_, kNeighbours);
        if (value > most) {
          most = value;
          chosen = sizes;
        }
      }
      take(*subject, chosen);
      // A family in which nothing is doubtful waits longer for its next turn.
      if (most < kSettled) spent_[subject->family->name] += kSettledNs;
    }
  }

  /// Measures the shape again that fits least to its neighbours; false where all fit.
  bool measure_misfit(const std::string& routine, std::mt19937_64& random) {
    std::vector<Sample>& samples = samples_[routine];
    std::vector<Point> points;
    points.reserve(samples.size());
    for (const Sample& sample : samples) points.push_back(point_of(sample));
    Sample* worst = nullptr;
    double most = kMisfit;
    for (std::size_t i = 0; i < std::min(samples.size(), kMisfitLooks); ++i) {
      const std::size_t at = samples.size() <= kMisfitLooks ? i : random() % samples.size();
      if (again_.count(shape_text(samples[at])) != 0) continue;
      const double value = misfit(points, arms_, at, options_, kNeighbours);
      if (value <= most) continue;
      most = value;
      worst = &samples[at];
    }
    if (worst == nullptr) return false;
    again_.insert(shape_text(*worst));
    const Sample measured = measure(worst->subject, worst->sizes, false, 2 * request_.rounds);
    *worst = measured;
    return true;
  }

  void take(const Subject& subject, const Sizes& sizes) {
    samples_[subject.routine()].push_back(measure(subject, sizes, false, request_.rounds));
    ++tuned_[key_of(subject)];
  }

  /// Each subject in turn, so that families, types and flags count alike.
  void score() {
    std::vector<const Subject*> order;
    for (const Subject& subject : subjects_) order.push_back(&subject);
    std::mt19937_64 random(9);
    std::shuffle(order.begin(), order.end(), random);
    std::stable_sort(order.begin(), order.end(), [&](const Subject* a, const Subject* b) {
      return scored_[key_of(*a)] < scored_[key_of(*b)];
    });
    for (std::size_t i = 0;
         goes_on("shapes kept apart, for the score", kScoreEnd) || i < kFewestScored; ++i) {
      const Subject& subject = *order[i % order.size()];
      const Sizes sizes = held_out_point(subject, scored_[key_of(subject)]++, request_.held_out_ns);
      held_out_.push_back(measure(subject, sizes, true, request_.rounds));
    }
  }

  /// A loss counts only where many rounds confirm it.
  void confirm() {
    if (!fit_and_compile()) return;
    const OpenTable opened(outcome_.compiled);
    for (Sample& sample : held_out_) {
      if (loss_of(opened.get(), sample, arms_) <= kLoss) continue;
      if (!goes_on("losses, once more", kConfirmEnd)) return;
      sample = measure(sample.subject, sample.sizes, true, kConfirmRounds);
    }
  }

  void check_stream() {
    for (int attempt = 0; attempt < 3 && share() < 0.99; ++attempt) {
      if (!fit_and_compile()) return;
      goes_on("a mixed stream", 1);
      const double left = (1 - share()) * request_.budget / (3 - attempt);
      outcome_.score.stream = stream_gain(left);
      if (outcome_.score.stream == 0 || outcome_.score.stream > 0.99) return;
      // Changes of arms cost more than was charged for them.
      for (double& ns : options_.stream_ns) ns = 2 * ns + 500;
      options_.stream_ns[0] = 0;
    }
  }

  /// How many times faster the stream is by the table than by OpenBLAS's default; 0: not known.
  double stream_gain(double seconds) {
    const OpenTable opened(outcome_.compiled);
    const auto base = static_cast<std::size_t>(default_arm(arms_, Kind::openblas));
    std::vector<StreamCall> calls;
    for (const Sample& sample : held_out_) {
      const int chosen = chosen_arm(opened.get(), sample, arms_);
      if (chosen < 0 || sample.timings[base].ns <= 0 || sample.timings[base].ns > 2e6) continue;
      if (sample.timings[static_cast<std::size_t>(chosen)].ns <= 0) continue;
      calls.push_back(
          {sample.subject, sample.sizes, {arms_[static_cast<std::size_t>(chosen)], arms_[base]}});
      if (calls.size() == 2 * kStreamCalls) break;
    }
    const StreamAnswer answer = stream(calls, seconds);
    if (answer.passes.size() != 2) return 0;
    std::vector<double> gains;
    for (std::size_t i = 0; i < std::min(answer.passes[0].size(), answer.passes[1].size()); ++i) {
      gains.push_back(answer.passes[1][i] / answer.passes[0][i]);
    }
    return median(gains);
  }

  // --- the table

  std::vector<Point> points_of(const std::string& routine) const {
    std::vector<Point> points;
    const auto samples = samples_.find(routine);
    if (samples == samples_.end()) return points;
    for (const Sample& sample : samples->second) {
      Point point = point_of(sample);
      const bool any =
          std::any_of(point.ns.begin(), point.ns.end(), [](double t) { return t > 0; });
      if (any) points.push_back(std::move(point));
    }
    return points;
  }

  /// Points of the family's other types, as many as are needed beside `own`.
  std::vector<Point> sisters_of(const Subject& subject, std::size_t own) const {
    std::vector<Point> sisters;
    if (own >= kEnoughPoints) return sisters;
    for (const char* routine : subject.family->routines) {
      if (routine == nullptr || std::string(routine) == subject.routine()) continue;
      for (Point& point : points_of(routine)) sisters.push_back(std::move(point));
    }
    std::mt19937_64 random(12);
    std::shuffle(sisters.begin(), sisters.end(), random);
    if (sisters.size() > kEnoughPoints - own) sisters.resize(kEnoughPoints - own);
    return sisters;
  }

  /// Shapes between those that were measured, with the times that these make likely.
  void add_modelled(std::vector<Point>& points, const std::string& routine,
                    const Subject& example) const {
    std::vector<Point> own = points;
    if (own.size() > kManyPoints) {
      std::mt19937_64 random(13);
      std::shuffle(own.begin(), own.end(), random);
      own.resize(kManyPoints);
    }
    const Model model(own, sisters_of(example, own.size()), arms_);
    for (const Subject& subject : subjects_) {
      if (routine != subject.routine()) continue;
      for (std::size_t i = 0; i < kModelled[static_cast<std::size_t>(subject.dims() - 1)]; ++i) {
        Point point = point_of({subject, filling_point(subject, 7000 + i, HUGE_VAL), {}, false});
        point.ns = model.times_at(point);
        points.push_back(std::move(point));
      }
    }
  }

  std::vector<std::pair<std::string, std::vector<Cell>>> rules() const {
    std::vector<std::pair<std::string, std::vector<Cell>>> all;
    for (const auto& [routine, samples] : samples_) {
      std::vector<Point> points = points_of(routine);
      const Subject& example = samples[0].subject;
      if (points.size() < kFewestPoints * static_cast<std::size_t>(example.dims())) continue;
      add_modelled(points, routine, example);
      std::vector<Cell> cells = fit(points, arms_, form_of(example), options_);
      if (!cells.empty()) all.emplace_back(routine, std::move(cells));
    }
    return all;
  }

  /// False where nothing can be said yet.
  bool fit_and_compile() {
    rules_ = rules();
    outcome_.routines = static_cast<int>(rules_.size());
    if (rules_.empty()) return false;
    compile();
    return true;
  }

  /// The rules as they are, with the score as it is.
  void compile() {
    TableText text;
    text.routines = rules_;
    const Versions& found = session_->versions();
    text.name = "tuned";
    text.core = request_.core_type;
    text.cores = request_.cores;
    text.openblas = found.openblas;
    if (blis_) text.blis = found.blis;
    text.provenance = "measured: " + request_.cpu_name + ", " + std::to_string(request_.cores) +
                      " cores, " + today() + ", " + outcome_.libraries +
                      "; hot loops and a mixed stream, by switchblas tune";
    outcome_.source = table_text(text, arms_, outcome_.score);
    outcome_.compiled = table::compile_table(outcome_.source, "table.toml").bytes;
  }

  void make_table() {
    if (!fit_and_compile()) return;
    const double stream = outcome_.score.stream;
    outcome_.score = score_of(OpenTable(outcome_.compiled).get(), held_out_, arms_);
    outcome_.score.stream = stream;
    compile();
  }

  const Load load_;
  const Request& request_;
  const Report& report_;
  std::vector<Subject> subjects_;
  double begin_;
  std::unique_ptr<Session> session_;
  bool blis_;
  std::vector<Arm> arms_;
  SampleFile file_;
  FitOptions options_;
  std::map<std::string, std::vector<Sample>> samples_;  // by routine
  std::vector<Sample> held_out_;
  std::map<std::string, std::size_t> tuned_, scored_;  // by routine and flags
  std::map<std::string, double> spent_;                // nanoseconds by family, and by routine
  std::set<std::pair<std::string, std::string>> broken_;
  std::vector<std::pair<std::string, std::vector<Cell>>> rules_;
  std::set<std::string> again_;  // shapes that were measured a second time
  int cases_ = 0;
  int deaths_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome tune(const Request& request, const Report& report) { return Tuner(request, report).run(); }

}  // namespace switchblas::tune
