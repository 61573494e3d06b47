#include <doctest/doctest.h>

#include "ops/queue.h"

using orch::ops::queue_share;
using orch::ops::QueueLoad;

namespace {

QueueLoad load(int max_jobs, int max_task_managers) {
  QueueLoad load;
  load.limits = {.max_job_managers = max_jobs, .max_task_managers = max_task_managers};
  return load;
}

}  // namespace

TEST_CASE("a job alone gets what it wants, up to the maximum") {
  QueueLoad one = load(1, 100);
  one.wanted = 40;
  CHECK(queue_share(one) == 40);
  one.wanted = 400;
  CHECK(queue_share(one) == 100);
}

TEST_CASE("a job waits when all places or all task managers are taken") {
  QueueLoad full = load(1, 100);
  full.running_jobs = 1;
  CHECK(queue_share(full) == 0);
  QueueLoad busy = load(4, 10);
  busy.running_jobs = 1;
  busy.running_task_managers = 10;
  CHECK(queue_share(busy) == 0);
}

TEST_CASE("jobs that wait together share what is free") {
  QueueLoad two = load(2, 10);
  two.wanted = 10;
  two.waiting_jobs = 2;
  CHECK(queue_share(two) == 5);
  two.running_jobs = 1;
  two.running_task_managers = 5;
  two.waiting_jobs = 1;
  CHECK(queue_share(two) == 5);
}

TEST_CASE("places beyond the waiting jobs are kept for nobody") {
  QueueLoad one = load(8, 16);
  one.wanted = 16;
  CHECK(queue_share(one) == 16);
}

TEST_CASE("even a crowd gets one task manager each") {
  QueueLoad crowd = load(50, 10);
  crowd.wanted = 4;
  crowd.waiting_jobs = 50;
  CHECK(queue_share(crowd) == 1);
}
