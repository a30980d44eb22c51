"""せいかつ（生活）保障プラン: a group scheme for sickness, injury, liability, income and care."""
