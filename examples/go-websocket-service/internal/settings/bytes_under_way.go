package settings

const (
	// MemoryFactor of a text under way: as it is read, in a buffer up to twice its size, parsed, and written again.
	MemoryFactor = 4
	// MessageMemory of a message under way beside its texts: a goroutine, a request, spans.
	MessageMemory = 16 << 10
)

// leastBytesUnderWay with which the largest message is read, and the largest answer fits beside it. Before its end is seen,
// a message may have asked for a buffer of twice its size, and what begins gets three quarters: 4 * 2 * 4/3 is less than 12.
func leastBytesUnderWay(message, answer int64) int64 {
	return max(3*MemoryFactor*message, MemoryFactor*message+MessageMemory+MemoryFactor*answer)
}

// bytesPerAddress of the bytes under way: twice the share of connections, since few have something under way at one time, and
// so that whoever raises the one for a proxy, whose address all clients have, raises the other.
func bytesPerAddress(s Socket, least int64) int64 {
	share := float64(2*s.MaxConnectionsPerAddress) / float64(s.MaxConnections)
	return max(least, int64(min(1, share)*float64(s.MaxBytesUnderWay)))
}
