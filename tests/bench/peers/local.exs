# Workloads within one BEAM.
Code.require_file("rounds.exs", __DIR__)

defmodule PingPong do
  def run(count) do
    main = self()

    spawn(fn ->
      pinger = self()
      ponger = spawn(fn -> pong(pinger) end)
      ping(ponger, count)
      send(ponger, :stop)
      send(main, :done)
    end)

    receive do
      :done -> :ok
    end
  end

  defp ping(_ponger, 0), do: :ok

  defp ping(ponger, left) do
    send(ponger, left)

    receive do
      _ -> ping(ponger, left - 1)
    end
  end

  # Answers every message until it is told to stop.
  defp pong(other) do
    receive do
      :stop ->
        :ok

      message ->
        send(other, message)
        pong(other)
    end
  end
end

defmodule Counter do
  use GenServer

  def init(start), do: {:ok, start}
  def handle_call({:add, amount}, _from, count), do: {:reply, count + amount, count + amount}

  # A process that asks the server that it has started.
  def run(count) do
    main = self()

    spawn(fn ->
      {:ok, counter} = GenServer.start_link(Counter, 0)
      ask(counter, count)
      GenServer.stop(counter)
      send(main, :done)
    end)

    receive do
      :done -> :ok
    end
  end

  def ask(_counter, 0), do: :ok

  def ask(counter, left) do
    GenServer.call(counter, {:add, 1})
    ask(counter, left - 1)
  end
end

defmodule Ring do
  @size 10_000

  def make do
    main = self()
    first = spawn(fn -> begin(main) end)

    last =
      Enum.reduce(2..@size, first, fn _, next ->
        member = spawn(fn -> begin(main) end)
        send(member, next)
        member
      end)

    send(first, last)
    first
  end

  def run(first, hops) do
    send(first, hops)

    receive do
      :done -> :ok
    end
  end

  # One of the ring: is told who is next, and hands on the number of hops that are left.
  defp begin(main) do
    receive do
      next when is_pid(next) -> pass(main, next)
    end
  end

  defp pass(main, next) do
    receive do
      0 ->
        send(main, :done)
        pass(main, next)

      left ->
        send(next, left - 1)
        pass(main, next)
    end
  end
end

defmodule Spawn do
  # All of them run; the last one says so.
  def run(count) do
    left = :atomics.new(1, [])
    :atomics.put(left, 1, count)
    spawn_all(count, left, self())

    receive do
      :done -> :ok
    end
  end

  defp spawn_all(0, _left, _main), do: :ok

  defp spawn_all(count, left, main) do
    spawn(Spawn, :body, [left, main])
    spawn_all(count - 1, left, main)
  end

  def body(left, main) do
    if :atomics.sub_get(left, 1, 1) == 0, do: send(main, :done)
  end
end

defmodule Supervised do
  use GenServer

  def start_link(_), do: GenServer.start_link(Supervised, nil)

  @impl true
  def init(nil), do: {:ok, nil}

  # One after the other; they go with their supervisor.
  def run(count) do
    {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
    for _ <- 1..count, do: {:ok, _} = DynamicSupervisor.start_child(supervisor, Supervised)
    :ok = DynamicSupervisor.stop(supervisor)
  end
end

defmodule Memory do
  def run(count) do
    before = live_bytes()
    pids = for _ <- 1..count, do: spawn(Memory, :park, [])
    bytes = (live_bytes() - before) / count
    Enum.each(pids, &send(&1, :stop))
    ~s({"bytes": #{bytes}})
  end

  # Waits for a message, and has nothing to do.
  def park do
    receive do
      :stop -> :ok
      _ -> park()
    end
  end

  # The bytes that live, once those who start or end have done so.
  defp live_bytes do
    Process.sleep(50)
    :erlang.garbage_collect()
    :erlang.memory(:processes)
  end
end

round =
  case System.argv() do
    ["ping-pong"] ->
      fn size -> Rounds.rate(size, fn -> PingPong.run(size) end) end

    ["call"] ->
      fn size -> Rounds.rate(size, fn -> Counter.run(size) end) end

    ["ring"] ->
      first = Ring.make()
      fn size -> Rounds.rate(size, fn -> Ring.run(first, size) end) end

    ["spawn"] ->
      fn size -> Rounds.rate(size, fn -> Spawn.run(size) end) end

    ["supervised"] ->
      fn size -> Rounds.rate(size, fn -> Supervised.run(size) end) end

    ["memory"] ->
      &Memory.run/1
  end

Rounds.serve(round)
