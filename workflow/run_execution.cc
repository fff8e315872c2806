#include "workflow/run_execution.h"

#include <algorithm>

#include "base/fault.h"
#include "base/list_text.h"
#include "base/text_lines.h"
#include "workflow/audit_change.h"
#include "workflow/canary.h"
#include "workflow/check_output.h"
#include "workflow/compute.h"
#include "workflow/compute_ahead.h"
#include "workflow/export_records.h"
#include "workflow/hand_in.h"
#include "workflow/input_files.h"
#include "workflow/look_up.h"
#include "workflow/newest_outcomes.h"
#include "workflow/playbook.h"
#include "workflow/quarantine.h"
#include "workflow/read_accounts.h"
#include "workflow/rebook.h"
#include "workflow/report_edge_case.h"
#include "workflow/trusted_evidence.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostCompiled = 256;  // versions kept ready
constexpr int kMostBookedAtOnce = 20;       // abandoned executions booked by one write
constexpr int kMostKnownReports = 100;
constexpr std::size_t kLongestExecutor = 100;  // bytes of a model's name
constexpr int kMostOutcomes = 200;             // looked at one by one when an execution ends

Result<std::shared_ptr<const CompiledVersion>> compiled_version(Environment& environment, const Version& version) {
  auto& cache = environment.compiled;
  if (const auto known = cache.find(version.hash.text()); known != cache.end()) return known->second;
  Result<CompiledVersion> compiled = CompiledVersion::compile(version.design);
  if (!compiled) return refuse(compiled.error());
  if (cache.size() >= kMostCompiled) cache.clear();
  auto shared = std::make_shared<const CompiledVersion>(std::move(*compiled));
  cache[version.hash.text()] = shared;
  return std::shared_ptr<const CompiledVersion>(shared);
}

Refusal unknown_execution(const std::string& id) {
  return {"unknown_execution",
          "There is no execution \"" + id + "\": take the execution_id from execution_start's answer, or start one.",
          ""};
}

// What a hand-out is made from, of an execution that is stored.
Result<ExecutionView> view_of(Environment& environment, const Actor& actor, Execution execution) {
  SharedVersion version = environment.store.versions().find(actor.workspace, execution.workflow, execution.version);
  if (!version) throw Fault(FaultKind::bug, "execution " + execution.id.text() + " is of a version that is not stored");
  Result<std::shared_ptr<const CompiledVersion>> compiled = compiled_version(environment, *version);
  if (!compiled) return refuse(compiled.error());
  ExecutionView view{std::move(version), std::move(*compiled), std::move(execution)};
  view.input = with_file_texts(view.execution.input, view.execution.input_files, view.changed_files);
  return view;
}

void refresh(Environment& environment, const Actor& actor, ExecutionView& view);

// Behind an ended item of a batch: the next one, and where there is none how the batch went.
void show_batch(Environment& environment, const Actor& actor, ExecutionView& view) {
  view.next_item = nullptr;
  std::optional<Execution> next = item_to_go_on_with(environment, actor.workspace, view.execution);
  if (next && is_quarantined(environment, actor, *view.version)) {
    view.batch_stopped = version_quarantined(*view.version).message;
    next.reset();
  }
  if (!next) {
    view.batch = batch_progress(environment, actor.workspace, *view.execution.batch);
    return;
  }
  Result<ExecutionView> next_view = view_of(environment, actor, *std::move(next));
  if (!next_view) return;
  refresh(environment, actor, *next_view);
  view.next_item = std::make_shared<const ExecutionView>(*std::move(next_view));
}

// Fills in what depends on the execution's state. The state is shown as of now, booked or not.
void refresh(Environment& environment, const Actor& actor, ExecutionView& view) {
  Execution& execution = view.execution;
  execution.state = state_at(execution, environment.clock.now(), environment.settings.idle_limit_micros);
  view.instruction.clear();
  view.attempts_left = 0;
  if (execution.batch && !is_open(execution.state)) show_batch(environment, actor, view);
  const Step* step = view.compiled->find_step(execution.current_step);
  if (step == nullptr || !is_open(execution.state)) return;
  const BindingScope scope = scope_of(execution, view.input, view.compiled->looks_at(step->id));
  view.instruction = step->is_computed() ? ask_for_computations(*step, scope) : fill_in(step->instruction, scope);
  view.attempts_left = attempts_left(*view.compiled, execution, execution.current_step);
}

// By key, an executor sees only its own executions.
bool is_hidden(const Actor& actor, const Execution& execution) {
  return actor.executor_role && execution.author.key != actor.author.key;
}

Result<ExecutionView> load(Environment& environment, const Actor& actor, const ExecutionId& id) {
  std::optional<Execution> execution = environment.store.executions().find(actor.workspace, id);
  if (!execution || is_hidden(actor, *execution)) return refuse(unknown_execution(id.text()));
  return view_of(environment, actor, std::move(*execution));
}

// The same for those who will be told what to do next: not by a version that is quarantined.
Result<ExecutionView> load_to_hand_out(Environment& environment, const Actor& actor, const ExecutionId& id) {
  Result<ExecutionView> view = load(environment, actor, id);
  if (view && is_open(view->execution.state) && is_quarantined(environment, actor, *view->version)) {
    return refuse(version_quarantined(*view->version));
  }
  return view;
}

ExecutionContext context_of(Environment& environment, const ExecutionView& view) {
  return {*view.compiled, view.input, environment.clock.now(), environment.settings.idle_limit_micros};
}

// Adherence is booked with the end, so that reading it costs nothing.
std::optional<Adherence> book_adherence(ExecutionView& view) {
  Execution& execution = view.execution;
  std::optional<Adherence> adherence = measure_adherence(*view.compiled, execution, view.input);
  execution.adherence = adherence ? std::optional<double>(adherence->score) : std::nullopt;
  return adherence;
}

bool has_ended(const Execution& execution) {
  return execution.state != ExecutionState::running && execution.state != ExecutionState::waiting;
}

// What a change is judged by of the execution before it.
struct Before {
  std::optional<Execution> ended;  // the whole of it, where it was booked already
  std::size_t hand_ins = 0;
  int blocked = 0;
};

Before before_change(const Execution& execution) {
  return {has_ended(execution) ? std::optional(execution) : std::nullopt, execution.hand_ins.size(), execution.blocked};
}

// Books what a change adds to the accounts, and gives it.
std::vector<AccountEntry> book_change(Environment& environment, const Actor& actor, const Before& before,
                                      const ExecutionView& view) {
  if (!before.ended && !has_ended(view.execution)) return {};
  const PriceBook prices = price_book(environment, actor);
  std::vector<AccountEntry> so_far;
  if (before.ended) so_far = booked_so_far(environment.store, actor.workspace, *before.ended, *view.version, prices);
  std::vector<AccountEntry> booked = entries_of_change(so_far, view.execution, *view.version, prices);
  environment.store.accounts().append(actor.workspace, booked);
  if (!booked.empty()) decide_canary(environment, actor.workspace, view.version->name);
  return booked;
}

// A change that came between is a fault to retry: the writers' queue makes it impossible within one store.
void check_stored(bool is_stored) {
  if (!is_stored) {
    throw Fault(FaultKind::storage_busy, "another hand-in of this execution came between: try again", true);
  }
}

// Stores what became of an execution and books what that changes: `body` says so in the audit log.
void store_change(Environment& environment, const Actor& actor, const Before& before, ExecutionView& view,
                  std::string action, Json body) {
  check_stored(environment.store.executions().update(actor.workspace, view.execution));
  const std::vector<AccountEntry> booked = book_change(environment, actor, before, view);
  if (!booked.empty()) body["booked"] = booked_json(booked);
  append_audit(environment, actor, chain_of(view.execution.id), std::move(action), body);
}

// Stores a hand-in, which is its own entry in the audit log. What it books, mostly nothing, is one more.
void store_hand_in(Environment& environment, const Actor& actor, const Before& before, ExecutionView& view) {
  const HandInAudit audit{actor.author, view.execution.state, view.changed_files};
  check_stored(environment.store.executions().hand_in(actor.workspace, view.execution, audit));
  const std::vector<AccountEntry> booked = book_change(environment, actor, before, view);
  if (booked.empty()) return;
  append_audit(environment, actor, chain_of(view.execution.id), "booked", {{"booked", booked_json(booked)}});
}

// Executions left idle are abandoned when read; the next write books it.
void book_abandoned(Environment& environment, const Actor& actor) {
  const Timestamp now = environment.clock.now();
  const Timestamp cutoff = now.plus_micros(-environment.settings.idle_limit_micros);
  for (Execution& idle : environment.store.executions().idle_since(actor.workspace, cutoff, kMostBookedAtOnce)) {
    const Before before = before_change(idle);
    if (!book_if_abandoned(idle, now, environment.settings.idle_limit_micros)) continue;
    Result<ExecutionView> view = view_of(environment, actor, std::move(idle));
    if (!view) continue;
    book_adherence(*view);
    store_change(environment, actor, before, *view, "abandoned", {{"step", view->execution.current_step}});
  }
}

Result<ExecutionView> repeated_start(Environment& environment, const Actor& actor, Execution known,
                                     const StartRequest& request) {
  if (known.arguments_hash != request.arguments_hash || is_hidden(actor, known)) {
    return refuse("key_reused", "The idempotency_key was used for another start: omit it, or use a new one.",
                  "/idempotency_key");
  }
  Result<ExecutionView> view = view_of(environment, actor, std::move(known));
  if (view) refresh(environment, actor, *view);
  return view;
}

Result<SharedVersion> version_to_start(Environment& environment, const Actor& actor, const StartRequest& request) {
  Result<SharedVersion> version = look_up_version(environment, actor, request.name, request.version);
  if (version && is_quarantined(environment, actor, **version)) return refuse(version_quarantined(**version));
  if (version && (*version)->status == VersionStatus::retired) {
    return refuse("retired_version",
                  "Version " + (*version)->number.text() + " of \"" + request.name +
                      "\" is retired: leave out version to start the newest published one.",
                  "/version");
  }
  return version;
}

// Everything wrong with an input, at once.
std::optional<Refusal> refuse_input(const ExecutionView& view) {
  const std::vector<BrokenRule> broken = check_input(*view.compiled, view.input);
  if (broken.empty()) return std::nullopt;
  Refusal refusal{"bad_input", "The input does not fit the workflow: " + list_broken(broken, "input"), "/input"};
  constexpr std::size_t kLongestShape = 1'000;  // bytes
  if (view.input.empty()) {
    refusal.message += " It is " + cut(render_schema(*view.version->design.inputs), kLongestShape);
  }
  refusal.data["broken"] = broken_places(broken, "/input");
  return refusal;
}

// A property is given as text or as a file, not both: which one counts would be a guess.
std::optional<Refusal> refuse_given_twice(const Execution& execution) {
  for (const InputFile& file : execution.input_files) {
    if (!execution.input.contains(file.property)) continue;
    return Refusal{"bad_input",
                   "\"" + file.property + "\" is given in input and in input_files: leave it out of one of them.",
                   pointer_child("/input_files", file.property)};
  }
  return std::nullopt;
}

Execution new_execution(Environment& environment, const Actor& actor, const StartRequest& request,
                        const ExecutionId& id, const Version& version) {
  const Timestamp now = environment.clock.now();
  Execution execution{id, version.name, version.number};
  const bool can_be_whole = reads_computed_on_the_way(version.design).empty();
  execution.mode = can_be_whole ? request.mode : Mode::guided;
  execution.input = request.input;
  execution.executor = request.executor;
  execution.author = actor.author;
  execution.author.model = request.executor;
  execution.idempotency_key = request.key;
  execution.arguments_hash = request.arguments_hash;
  execution.started_at = now;
  execution.last_hand_in_at = now;
  return execution;
}

// The item behind one of a batch that has ended or waits, which is to be stored knowing it.
std::optional<ExecutionView> view_of_next_item(Environment& environment, const Actor& actor, ExecutionView& before) {
  std::optional<Execution> next = next_item(environment, actor.workspace, before.execution);
  if (!next) return std::nullopt;
  ExecutionView view{before.version, before.compiled, *std::move(next)};
  view.input = view.execution.input;
  return view;
}

// Stores a new execution, and does what comes first and is the server's; of a batch also the items that it does alone.
void put_started(Environment& environment, const Actor& actor, ExecutionView& view) {
  begin(*view.compiled, view.execution);
  environment.store.executions().insert(actor.workspace, view.execution);
  Json body = {{"workflow", view.version->name.text()},
               {"version", view.version->number.text()},
               {"input", view.execution.input},
               {"executor", view.execution.executor}};
  if (view.execution.batch) {
    body["batch"] = {{"batch", view.execution.batch->batch}, {"item", view.execution.batch->item}};
  }
  append_audit(environment, actor, chain_of(view.execution.id), "started", body);
  const Before before = before_change(view.execution);
  if (!compute_steps(context_of(environment, view), view.execution)) return;
  if (has_ended(view.execution)) book_adherence(view);
  std::optional<ExecutionView> next = view_of_next_item(environment, actor, view);
  store_hand_in(environment, actor, before, view);
  if (next) put_started(environment, actor, *next);
}

// Takes the input of one execution, or of a batch's first item.
std::optional<Refusal> take_input(const Environment& environment, const StartRequest& request,
                                  const CompiledVersion& version, Execution& execution) {
  Result<std::optional<std::vector<Json>>> inputs =
      batch_inputs(environment.settings, version, {request.input, request.inputs, request.input_files});
  if (!inputs) return inputs.error();
  if (*inputs) {
    execution.input = (*inputs)->front();
    const int items = static_cast<int>((*inputs)->size());
    execution.batch = BatchItem{execution.id.text(), 1, items, **std::move(inputs)};
    return std::nullopt;
  }
  Result<std::vector<InputFile>> files = take_input_files(environment.settings, request.input_files);
  if (!files) return files.error();
  execution.input_files = std::move(*files);
  return refuse_given_twice(execution);
}

Health health_of(Environment& environment, const Actor& actor, const Version& version) {
  const auto [entries, refusals] = trusted_evidence(environment, actor, version.name, version.number);
  std::vector<EdgeCaseReport> reports;
  for (const ReportStatus status : {ReportStatus::open, ReportStatus::accepted}) {
    for (auto& report : environment.store.edge_cases().list(actor.workspace, version.name, status, kMostKnownReports)) {
      reports.push_back(std::move(report));
    }
  }
  reports = trusted_reports(environment, actor, std::move(reports));
  return judge_health({entries, refusals, reports, version.design.tolerance,
                       design_cost_of(environment, actor, version),
                       newest_outcomes(environment, actor, version, entries, kMostOutcomes)});
}

// What the audit log keeps of a finish: of usage that it corrected, both.
Json finish_body(const Execution& execution, const FinishRequest& request, const FinishAnswer& answer) {
  Json body = {{"outcome", to_string(request.outcome)},
               {"state", to_string(execution.state)},
               {"hand_ins", execution.hand_ins.size()},
               {"rationale", execution.rationale}};
  if (!execution.edge_case.empty()) body["edge_case"] = execution.edge_case;
  for (const Usage& usage : execution.finish_usage) body["usage"].push_back(Json(encode_sourced_usage(usage)));
  for (const Usage& usage : answer.replaced_usage) body["replaced_usage"].push_back(Json(encode_sourced_usage(usage)));
  return body;
}

// A call that was refused without costing an attempt changes the execution's count of them.
Json blocked_body(const Execution& execution, const std::string& code) {
  return {{"code", code}, {"step", execution.current_step}, {"blocked", execution.blocked}};
}

// An input file that is no longer what it was at the start is recorded with the hand-in that was judged by it.
Json with_changed_files(Json body, const ExecutionView& view) {
  for (const ChangedFile& file : view.changed_files) {
    body["changed_files"].push_back({{"path", file.path}, {"hash", file.hash}});
  }
  return body;
}

}  // namespace

std::string executor_name(Environment& environment, const Actor& actor, const std::string& host,
                          const std::string& said) {
  const std::string& given = !host.empty() ? host : !said.empty() ? said : environment.settings.default_executor;
  // It is shown as a name wherever executions are told of: no place for a page.
  const std::string name = on_one_line(cut(given, kLongestExecutor));
  return name.empty() ? "unknown" : price_book(environment, actor).canonical_model(name);
}

Result<ExecutionView> start_execution(Environment& environment, const Actor& actor, const StartRequest& request) {
  const auto transaction = environment.store.begin_write();
  if (std::optional<Execution> known = environment.store.executions().find_by_key(actor.workspace, request.key)) {
    return repeated_start(environment, actor, std::move(*known), request);
  }
  Result<SharedVersion> version = version_to_start(environment, actor, request);
  if (!version) return refuse(version.error());
  const ExecutionId id = *ExecutionId::parse(environment.ids.next_uuid());
  if (request.version.empty()) {
    if (SharedVersion canary = canary_for(environment, actor, (*version)->name, id)) version = std::move(canary);
  }
  Result<std::shared_ptr<const CompiledVersion>> compiled = compiled_version(environment, **version);
  if (!compiled) return refuse(compiled.error());
  if ((*version)->design.steps.empty() && request.mode == Mode::guided) {
    return refuse("no_steps",
                  "The design has no steps: start it with mode whole to record how you do it, or save steps first.",
                  "/mode");
  }
  Execution execution = new_execution(environment, actor, request, id, **version);
  if (std::optional<Refusal> refusal = take_input(environment, request, **compiled, execution)) {
    return refuse(*std::move(refusal));
  }
  ExecutionView view{std::move(*version), std::move(*compiled), std::move(execution)};
  view.input = with_file_texts(view.execution.input, view.execution.input_files, view.changed_files);
  if (std::optional<Refusal> refusal = refuse_input(view)) return refuse(std::move(*refusal));
  book_abandoned(environment, actor);
  put_started(environment, actor, view);
  transaction->commit();
  refresh(environment, actor, view);
  return view;
}

Result<HandedIn> hand_in_step(Environment& environment, const Actor& actor, const ExecutionId& id,
                              const HandInRequest& request) {
  const auto transaction = environment.store.begin_write();
  Result<ExecutionView> view = load_to_hand_out(environment, actor, id);
  if (!view) return refuse(view.error());
  const Before before = before_change(view->execution);
  HandedIn handed_in{std::move(*view), {}};
  handed_in.answer = hand_in(context_of(environment, handed_in.view), handed_in.view.execution, request);
  Execution& execution = handed_in.view.execution;
  const bool recorded = execution.hand_ins.size() > before.hand_ins;
  if (!handed_in.answer.repeated && (recorded || execution.blocked != before.blocked)) {
    if (has_ended(execution)) book_adherence(handed_in.view);
    std::optional<ExecutionView> next = view_of_next_item(environment, actor, handed_in.view);
    if (recorded) {
      store_hand_in(environment, actor, before, handed_in.view);
    } else {
      store_change(environment, actor, before, handed_in.view, "blocked",
                   blocked_body(execution, handed_in.answer.refusal.value().code));
    }
    if (next) put_started(environment, actor, *next);
    book_abandoned(environment, actor);
    transaction->commit();
  }
  refresh(environment, actor, handed_in.view);
  return handed_in;
}

Result<ExecutionView> where_am_i(Environment& environment, const Actor& actor, const ExecutionId& id) {
  Result<ExecutionView> view = load_to_hand_out(environment, actor, id);
  if (!view) return view;
  refresh(environment, actor, *view);
  if (view->execution.batch && !view->batch) {
    view->batch = batch_progress(environment, actor.workspace, *view->execution.batch);
  }
  return view;
}

std::optional<ExecutionView> count_blocked(Environment& environment, const Actor& actor, const ExecutionId& id,
                                           const std::string& code) {
  const auto transaction = environment.store.begin_write();
  Result<ExecutionView> view = load(environment, actor, id);
  if (!view) return std::nullopt;
  const Before before = before_change(view->execution);
  if (is_open(view->execution.state)) {
    ++view->execution.blocked;
    store_change(environment, actor, before, *view, "blocked", blocked_body(view->execution, code));
    book_abandoned(environment, actor);
    transaction->commit();
  }
  refresh(environment, actor, *view);
  return std::optional<ExecutionView>(*std::move(view));
}

Result<Finished> finish_execution(Environment& environment, const Actor& actor, const ExecutionId& id,
                                  FinishRequest request, const Heartbeat& heartbeat) {
  const auto transaction = environment.store.begin_write();
  Result<ExecutionView> view = load(environment, actor, id);
  if (!view) return refuse(view.error());
  const Before before = before_change(view->execution);
  if (request.usage && !request.usage->model.empty()) {
    request.usage->model = price_book(environment, actor).canonical_model(request.usage->model);
  }
  Finished finished{std::move(*view), {}, {}, {}, {}};
  Execution& execution = finished.view.execution;
  finished.answer = finish(context_of(environment, finished.view), execution, request, heartbeat);
  finished.adherence = has_ended(execution) ? book_adherence(finished.view) : std::nullopt;
  if (finished.answer.changed || execution.blocked != before.blocked) {
    std::optional<ExecutionView> next = view_of_next_item(environment, actor, finished.view);
    if (finished.answer.kind == FinishAnswerKind::blocked) {
      store_change(environment, actor, before, finished.view, "blocked",
                   blocked_body(execution, finished.answer.refusal.value().code));
    } else {
      store_change(environment, actor, before, finished.view, "finish",
                   with_changed_files(finish_body(execution, request, finished.answer), finished.view));
    }
    if (next) put_started(environment, actor, *next);
    book_abandoned(environment, actor);
    transaction->commit();
  }
  refresh(environment, actor, finished.view);
  if (!has_ended(execution)) return finished;
  finished.reported = reports_told_in(environment, actor, execution.id);
  finished.health = health_of(environment, actor, *finished.view.version);
  return finished;
}

}  // namespace pianola::workflow
