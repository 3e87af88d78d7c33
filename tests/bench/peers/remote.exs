# Both ends of the BEAM's remote rows: `server`, or `client WORKLOAD SERVER`.
Code.require_file("rounds.exs", __DIR__)

defmodule Bench do
  def answer(value), do: value
end

defmodule Counter do
  use GenServer

  def init(start), do: {:ok, start}
  def handle_call({:add, amount}, _from, count), do: {:reply, count + amount, count + amount}
end

defmodule Server do
  def start do
    {:ok, _} = GenServer.start_link(Counter, 0, name: Counter)
    Process.register(spawn(fn -> pong(self()) end), :ponger)
    Process.register(spawn(fn -> count() end), :counter)
    {:ok, _} = Task.Supervisor.start_link(name: Bench.Tasks)
  end

  # Answers every message to whoever last sent its pid.
  defp pong(other) do
    receive do
      pid when is_pid(pid) ->
        send(pid, self())
        pong(pid)

      message ->
        send(other, message)
        pong(other)
    end
  end

  # Is told by whom and how much it will be sent, and says when it has come.
  defp count do
    receive do
      {from, count} when is_pid(from) ->
        send(from, self())
        take(count)
        send(from, :done)
    end

    count()
  end

  defp take(0), do: :ok

  defp take(left) do
    receive do
      _ -> take(left - 1)
    end
  end
end

defmodule Client do
  def one_after_the_other(_server, 0), do: :ok

  def one_after_the_other(server, left) do
    {Bench.Tasks, server} |> Task.Supervisor.async(Bench, :answer, [left]) |> Task.await()
    one_after_the_other(server, left - 1)
  end

  def at_once(server, count) do
    tasks = for i <- 1..count, do: Task.Supervisor.async({Bench.Tasks, server}, Bench, :answer, [i])
    Enum.each(tasks, &Task.await(&1, 30_000))
  end

  def call(_server, 0), do: :ok

  def call(server, left) do
    GenServer.call({Counter, server}, {:add, 1})
    call(server, left - 1)
  end

  def ping_pong(server, count) do
    send({:ponger, server}, self())

    receive do
      ponger when is_pid(ponger) -> ping(ponger, count)
    end
  end

  defp ping(_ponger, 0), do: :ok

  defp ping(ponger, left) do
    send(ponger, left)

    receive do
      ^left -> ping(ponger, left - 1)
    end
  end

  # Monitors a process there so many times, breaks the link, and measures until each has answered.
  def monitors(server, count) do
    connect(server)
    send({:ponger, server}, self())

    ponger =
      receive do
        pid when is_pid(pid) -> pid
      end

    Enum.each(1..count, fn _ -> Process.monitor(ponger) end)
    # Its answer comes behind the last of them.
    send(ponger, :all_there)

    receive do
      :all_there -> :ok
    end

    Rounds.rate(count, fn ->
      true = Node.disconnect(server)
      downs(count)
    end)
  end

  defp connect(server), do: Node.connect(server) == true || connect(server)

  defp downs(0), do: :ok

  defp downs(left) do
    receive do
      {:DOWN, _, :process, _, :noconnection} -> downs(left - 1)
    end
  end

  def small(server, count), do: to_counter(server, count, &small_to(&1, &2))
  def binaries(server, count), do: to_counter(server, count, &binaries_to(&1, &2, :binary.copy(<<0>>, 65_536)))

  # Sends so many messages to the counter, and waits until it has them.
  defp to_counter(server, count, send_all) do
    send({:counter, server}, {self(), count})

    receive do
      counter when is_pid(counter) -> send_all.(counter, count)
    end

    receive do
      :done -> :ok
    end
  end

  defp small_to(_counter, 0), do: :ok

  defp small_to(counter, left) do
    send(counter, {:add, left})
    small_to(counter, left - 1)
  end

  defp binaries_to(_counter, 0, _binary), do: :ok

  defp binaries_to(counter, left, binary) do
    send(counter, binary)
    binaries_to(counter, left - 1, binary)
  end
end

case System.argv() do
  ["server"] ->
    Server.start()
    Rounds.serve()

  ["client", workload, server] ->
    server = String.to_atom(server)
    true = Node.connect(server)

    work =
      case workload do
        "tasks" -> &Client.one_after_the_other/2
        "tasks-at-once" -> &Client.at_once/2
        "call" -> &Client.call/2
        "monitors" -> &Client.monitors/2
        "ping-pong" -> &Client.ping_pong/2
        "one-way" -> &Client.small/2
        "binaries" -> &Client.binaries/2
      end

    case workload do
      "monitors" -> Rounds.serve(fn size -> work.(server, size) end)
      _ -> Rounds.serve(fn size -> Rounds.rate(size, fn -> work.(server, size) end) end)
    end
end
