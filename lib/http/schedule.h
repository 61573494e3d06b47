// Whose turn it is: transfers wait per host, hosts take turns. Pure; times are given.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "http/limit.h"

namespace orch::http {

enum class HostVerdict { answered, throttled, unreachable, none };

class Schedule {
 public:
  using Id = std::uint64_t;

  explicit Schedule(int per_host) : per_host_(per_host) {}

  void push(Id id, const std::string& origin);
  void push_front(Id id, const std::string& origin);  // redirects and retries: already begun
  void remove(Id id, const std::string& origin);      // a waiting one
  // The next to run, counted as running until release(); nothing while every host with waiting
  // transfers is at its limit or closed.
  std::optional<Id> next(SteadyTime now);
  // `closed_until`: the host asked for silence (Retry-After of a 429).
  void release(const std::string& origin, HostVerdict verdict, SteadyTime now,
               std::optional<SteadyTime> closed_until = std::nullopt);
  // When the first closed host opens again.
  std::optional<SteadyTime> next_opening() const;
  // True when next() has something to give, as far as hosts go.
  bool has_ready() const { return !turns_.empty(); }

 private:
  struct Host {
    explicit Host(int most) : limit(most) {}
    HostLimit limit;
    int running = 0;
    std::deque<Id> waiting;
    bool in_turns = false;
    bool closed = false;
  };
  using Hosts = std::unordered_map<std::string, Host>;
  using Entry = Hosts::value_type;

  static bool may_start(const Host& host);
  void offer(Entry& entry);
  void forget_idle();

  static constexpr std::size_t kFewHosts = 1024;

  int per_host_;
  std::size_t sweep_at_ = kFewHosts;
  Hosts hosts_;
  std::deque<Entry*> turns_;  // hosts that may start one; entries keep their addresses
  std::set<std::pair<SteadyTime, Entry*>> closed_;
};

}  // namespace orch::http
