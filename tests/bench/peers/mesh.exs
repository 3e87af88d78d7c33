# BEAMs, an OS process each, that grow from a chain of connections into a full mesh.
Code.require_file("rounds.exs", __DIR__)

defmodule Mesh do
  # Those that are stopped one after the other are no news.
  @quiet ['-kernel', 'logger_level', 'error', '-kernel', 'prevent_overlapping_partitions', 'false']
  @args ['-start_epmd', 'false', '-setcookie', 'bench', '+S', '1'] ++ @quiet

  def grow(size) do
    life = System.unique_integer([:positive])

    peers =
      1..size
      |> Enum.map(&Task.async(fn -> start(:"mesh#{life}x#{&1}") end))
      |> Enum.map(&Task.await(&1, 120_000))

    begin = System.monotonic_time(:microsecond)

    peers
    |> Enum.zip(tl(peers))
    |> Enum.map(fn {{one, _}, {_, other}} ->
      Task.async(fn -> true = :peer.call(one, :net_kernel, :connect_node, [other], 60_000) end)
    end)
    |> Enum.each(&Task.await(&1, 60_000))

    Enum.each(peers, fn {peer, _} -> whole(peer, size - 1) end)
    time = (System.monotonic_time(:microsecond) - begin) / 1000
    memory = peers |> Enum.map(fn {peer, _} -> resident(peer) end) |> Enum.sum()
    idle = System.monotonic_time(:millisecond)
    before = cpu(peers)
    Process.sleep(if size < 40, do: 100, else: 5_000)
    busy = 100 * (cpu(peers) - before) / (System.monotonic_time(:millisecond) - idle)
    Enum.each(peers, fn {peer, _} -> :peer.stop(peer) end)
    ~s({"time": #{time}, "memory": #{memory}, "busy": #{busy}})
  end

  # Not linked to who starts it, a task that is over.
  defp start(name) do
    {:ok, peer, node} =
      :peer.start(%{name: name, host: 'localhost', connection: :standard_io, wait_boot: 120_000, args: @args})

    {peer, node}
  end

  defp whole(peer, others) do
    if length(:peer.call(peer, :erlang, :nodes, [], 60_000)) < others do
      Process.sleep(1)
      whole(peer, others)
    end
  end

  # MiB that the OS process has in memory.
  defp resident(peer) do
    {:ok, text} = :peer.call(peer, :file, :read_file, ['/proc/self/status'])
    [_, kib] = Regex.run(~r/VmRSS:\s+(\d+)/, text)
    String.to_integer(kib) / 1024
  end

  # Milliseconds of CPU that all have used.
  defp cpu(peers) do
    peers |> Enum.map(fn {peer, _} -> peer |> :peer.call(:erlang, :statistics, [:runtime]) |> elem(0) end) |> Enum.sum()
  end
end

Rounds.serve(&Mesh.grow/1)
