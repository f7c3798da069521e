// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "match/draft.h"
#include "match/part.h"

namespace lotse::match {
namespace {

/** Covers up the offer with this id in whichever piece has it. `own` tells which pieces' bits are ours to
 * write. */
void cover(std::vector<Piece>& pieces, std::vector<std::shared_ptr<Covered>>& own, const Uuid& id) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& piece = pieces[i];
    const auto offer = piece.part->find(id);
    if (!offer || (piece.covered && (*piece.covered)(*offer))) continue;
    if (!own[i]) {
      own[i] = piece.covered ? std::make_shared<Covered>(*piece.covered) : std::make_shared<Covered>();
      own[i]->bits.resize((piece.part->size() + 63) / 64);
      piece.covered = own[i];
    }
    own[i]->bits[*offer / 64] |= std::uint64_t{1} << (*offer % 64);
    ++own[i]->count;
    return;  // it was in no other piece
  }
}

/** Merges small pieces so that each is more than twice as large as the next: few pieces, and each offer
 * merged seldom. */
void tidy(std::vector<Piece>& pieces, const Topics& topics) {
  for (std::size_t i = pieces.size(); i-- > 1;) {
    if (pieces[i].alive() == 0) pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(i));
  }
  while (pieces.size() > 2 && pieces[pieces.size() - 2].alive() <= 2 * pieces.back().part->size()) {
    Draft draft(topics);
    draft.add(pieces[pieces.size() - 2]);
    draft.add(pieces.back());
    pieces.pop_back();
    pieces.back() = {draft.finish(), nullptr};
  }
}

}  // namespace

Snapshot::Snapshot(Topics topics, std::vector<Piece> pieces)
    : topics_(std::move(topics)), pieces_(std::move(pieces)) {}
Snapshot::~Snapshot() = default;

std::shared_ptr<const Snapshot> Snapshot::with(std::span<const Offer> changed,
                                               std::span<const std::string> removed) const {
  std::vector<Piece> pieces = pieces_;
  std::vector<std::shared_ptr<Covered>> own(pieces.size());
  for (const std::string& text : removed) {
    if (const auto id = to_uuid(text)) cover(pieces, own, *id);
  }
  Draft draft(topics_);
  for (const Offer& offer : changed) {
    draft.add(offer);
    cover(pieces, own, *to_uuid(offer.id));
  }
  if (!changed.empty()) pieces.push_back({draft.finish(), nullptr});
  tidy(pieces, topics_);
  return std::make_shared<const Snapshot>(topics_, std::move(pieces));
}

std::shared_ptr<const Snapshot> Snapshot::compacted() const { return compacted(topics_); }

std::shared_ptr<const Snapshot> Snapshot::compacted(Topics topics) const {
  Draft draft(topics);
  for (const Piece& piece : pieces_) draft.add(piece);
  std::vector<Piece> pieces{{draft.finish(), nullptr}};
  return std::make_shared<const Snapshot>(std::move(topics), std::move(pieces));
}

std::size_t Snapshot::size() const {
  std::size_t size = 0;
  for (const Piece& piece : pieces_) size += piece.alive();
  return size;
}

std::size_t Snapshot::overlay() const {
  std::size_t overlay = pieces_.front().part->size() - pieces_.front().alive();
  for (std::size_t i = 1; i < pieces_.size(); ++i) overlay += pieces_[i].part->size();
  return overlay;
}

std::size_t Snapshot::bytes() const {
  std::size_t bytes = sizeof(Snapshot) + topics_.parents.capacity() * sizeof(TopicNo);
  for (const Piece& piece : pieces_) {
    bytes += sizeof(Piece) + piece.part->bytes();
    if (piece.covered) bytes += sizeof(Covered) + piece.covered->bits.capacity() * sizeof(std::uint64_t);
  }
  return bytes;
}

struct Builder::State {
  explicit State(Topics tree) : topics(std::move(tree)) {}
  Topics topics;
  Draft draft{topics};
};

Builder::Builder(Topics topics) : state_(std::make_unique<State>(std::move(topics))) {}
Builder::Builder(Builder&&) noexcept = default;
Builder& Builder::operator=(Builder&&) noexcept = default;
Builder::~Builder() = default;

void Builder::add(const Offer& offer) {
  CHECK(state_ != nullptr);
  state_->draft.add(offer);
}

std::shared_ptr<const Snapshot> Builder::build() {
  CHECK(state_ != nullptr);
  std::vector<Piece> pieces{{state_->draft.finish(), nullptr}};
  auto snapshot = std::make_shared<const Snapshot>(state_->topics, std::move(pieces));
  state_.reset();
  return snapshot;
}

}  // namespace lotse::match
