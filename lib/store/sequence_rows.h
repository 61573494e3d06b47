// How a sequence is written down; shared by the .cpp files of this folder.
#pragma once

#include "store/sequence.h"

namespace orch::store {

// Durable. Adds the row when its number is 0, and gives it one.
Status save_sequence(Store& store, SequenceRow& row);

}  // namespace orch::store
