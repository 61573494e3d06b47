#include <doctest/doctest.h>

#include "job/stage_stats.h"

using namespace orch::job;
using namespace std::chrono_literals;

TEST_CASE("percentiles are right to a bucket") {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(std::chrono::milliseconds(i));
  CHECK(orch::to_seconds(histogram.percentile(50)) == doctest::Approx(0.5).epsilon(0.06));
  CHECK(orch::to_seconds(histogram.percentile(99)) == doctest::Approx(0.99).epsilon(0.06));
  CHECK(orch::to_seconds(histogram.percentile(100)) == doctest::Approx(1.0).epsilon(0.06));
  CHECK(Histogram().percentile(50) == 0s);
}

TEST_CASE("extremes stay in the histogram") {
  Histogram histogram;
  histogram.add(0ns);
  histogram.add(-5ns);
  histogram.add(std::chrono::hours(1000));
  CHECK(histogram.count() == 3);
  CHECK(histogram.percentile(100) > std::chrono::hours(10));
}

TEST_CASE("a beat survives the wire and adds up") {
  Beat beat;
  beat.bytes_in_use = 7;
  beat.stray_lines = 2;
  StageStats stage;
  stage.stage = "inference";
  stage.in_flight = 1;
  stage.done = 10;
  stage.failed = 1;
  stage.busy_seconds = 1.5;
  stage.slot_seconds = 2;
  stage.latency.add(3ms);
  beat.stages.push_back(stage);

  const auto read = parse_beat(to_json(beat));
  REQUIRE(read);
  CHECK(to_json(*read) == to_json(beat));
  const Beat sum = total({beat, *read});
  REQUIRE(sum.stages.size() == 1);
  CHECK(sum.stages[0].done == 20);
  CHECK(sum.stages[0].latency.count() == 2);
  CHECK(sum.stray_lines == 4);
}

TEST_CASE("a beat that is none is an error that names the field") {
  for (const char* text :
       {"", "[]", "{}", R"({"stages":[{}]})", R"({"stages":[],"bytes_in_use":-1,"stray_lines":0})",
        R"({"stages":[],"bytes_in_use":"1","stray_lines":0})"}) {
    CHECK_FALSE(parse_beat(text));
  }
}

TEST_CASE("a histogram from the wire is checked") {
  for (const char* text :
       {"1", "[1]", "[[1]]", "[[-1,1]]", "[[100000,1]]", "[[1,-1]]", "[[1,1.5]]"}) {
    const auto value = orch::doc::parse_json(text);
    REQUIRE(value);
    CHECK_FALSE(Histogram::from_value(*value));
  }
}

TEST_CASE("the bottleneck is the busiest stage, and only when one stands out") {
  Beat beat;
  StageStats download;
  download.stage = "download";
  download.busy_seconds = 1;
  download.slot_seconds = 10;
  StageStats inference;
  inference.stage = "inference";
  inference.busy_seconds = 9;
  inference.slot_seconds = 10;
  beat.stages = {download, inference};
  const Bottleneck found = find_bottleneck(beat, 2);
  CHECK(found.stage == "inference");
  CHECK(found.advice.find("pipeline.inference.processes") != std::string::npos);
  beat.stages[1].busy_seconds = 3;
  CHECK(find_bottleneck(beat, 2).stage.empty());
  beat.stages[0].busy_seconds = 9.5;
  CHECK(find_bottleneck(beat, 2).advice.find("pipeline.download.threads") != std::string::npos);
}
