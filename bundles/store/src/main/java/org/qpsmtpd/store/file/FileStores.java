package org.qpsmtpd.store.file;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.store.form.OpenStores;

/** The stores of a server in memory, kept by a file. */
final class FileStores implements OpenStores {
    private final Place place;
    private final Readiness readiness;
    private final Memory memory;
    private final Keeper keeper;

    FileStores(ServerHome home, FileSetting setting, StoreTime time) {
        place = new Place(home, setting.path());
        readiness = new Readiness(this::begin);
        memory = new Memory(time, setting.mostOctets(), readiness);
        keeper = new Keeper(home.name(), place, memory, readiness);
    }

    private void begin() {
        keeper.start();
    }

    @Override
    public Store open(String name) {
        return memory.open(name);
    }

    @Override
    public CompletionStage<List<String>> names() {
        return readiness.answer(memory::names);
    }

    @Override
    public String place() {
        return "file: " + place;
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.gauge("entries", memory.sum(MemoryStore::entries)),
                Figure.gauge("octets", memory.sum(MemoryStore::weight)),
                Figure.counter("displaced", memory.sum(MemoryStore::displaced)),
                Figure.gauge("file_octets", keeper.fileOctets()),
                Figure.gauge("unsaved_ms", keeper.unsavedMillis()),
                Figure.counter("failures", keeper.failures()));
    }

    @Override
    public void close() {
        keeper.close();
    }
}
