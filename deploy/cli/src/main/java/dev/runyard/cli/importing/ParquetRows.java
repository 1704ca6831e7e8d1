package dev.runyard.cli.importing;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Rows of a Parquet file on the disk, one group of them in memory at a time. Parquet's own reader, without Hadoop. */
final class ParquetRows {
    private ParquetRows() {}

    /** Takes rows. */
    @FunctionalInterface
    interface Taker {
        void take(Group row) throws IOException;
    }

    /**
     * Reads the columns that are asked for, in order; each has to be there.
     *
     * @throws IOException for a file that is damaged, or not of this kind
     * @throws Failure that the taker throws
     */
    static void read(Path file, List<String> columns, Taker taker) throws IOException {
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            MessageType whole = reader.getFooter().getFileMetaData().getSchema();
            Optional<String> missing =
                    columns.stream().filter(name -> !whole.containsField(name)).findFirst();
            if (missing.isPresent()) {
                throw new IOException("there is no column " + missing.get());
            }
            MessageType asked = new MessageType(
                    whole.getName(), columns.stream().map(whole::getType).toArray(Type[]::new));
            reader.setRequestedSchema(asked);
            for (PageReadStore rows = reader.readNextRowGroup(); rows != null; rows = reader.readNextRowGroup()) {
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(asked, whole)
                        .getRecordReader(rows, new GroupRecordConverter(asked));
                for (long i = 0; i < rows.getRowCount(); i++) {
                    taker.take(records.read());
                }
            }
        } catch (Failure e) {
            throw e; // of the lab, say, to which the taker hands the row on
        } catch (RuntimeException e) {
            // Whatever it stumbles over in a file that is not what it says, the taker too, since values are decoded
            // there.
            throw new IOException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }
}
