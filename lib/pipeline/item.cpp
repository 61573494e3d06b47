#include "pipeline/item.h"

namespace orch::pipeline {

void ItemQueue::push(Item& item) {
  item.next_waiting = nullptr;
  if (tail_ == nullptr) {
    head_ = &item;
  } else {
    tail_->next_waiting = &item;
  }
  tail_ = &item;
  ++size_;
}

void ItemQueue::push_front(Item& item) {
  item.next_waiting = head_;
  head_ = &item;
  if (tail_ == nullptr) tail_ = &item;
  ++size_;
}

Item& ItemQueue::pop() {
  Item& item = *head_;
  head_ = item.next_waiting;
  if (head_ == nullptr) tail_ = nullptr;
  item.next_waiting = nullptr;
  --size_;
  return item;
}

}  // namespace orch::pipeline
